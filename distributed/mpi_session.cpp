#include "distributed/mpi_session.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <new>
#include <thread>

#include "data/console.hpp"
#include "data/error.hpp"
#include "distributed/heartbeat.hpp"

namespace alster {

namespace {

/// How long another rank leaves the word to rank 0, which has most likely met the same failure.
constexpr std::chrono::milliseconds courtesy{1500};

constexpr std::chrono::seconds patience_with_daemons{5};

/// Nothing here may throw: the other ranks wait until MPI_Abort is reached.
[[noreturn]] void stop_all_ranks(ExitCode code, const char* message) noexcept
{
    int rank = 0;
    int size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank != 0) std::this_thread::sleep_for(courtesy);
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    if (rank == 0)
        say("alster: {}", message);
    else
        say("alster: {} (rank {} on {})", message, rank, host);
    if (size > 1) abort_job(static_cast<int>(code));
    std::_Exit(static_cast<int>(code));
}

/// Tasks of the Slurm step that this process is one of; 1 outside of steps. In a batch script SLURM_NTASKS and
/// SLURM_PROCID are set too, though it is one process; the variables of the step are not.
int tasks_of_step()
{
    const char* tasks = std::getenv("SLURM_STEP_NUM_TASKS");
    return tasks && std::getenv("SLURM_STEP_ID") ? std::atoi(tasks) : 1;
}

/// mpirun starts its daemons as a step of its own, one task a node: that step says nothing about the ranks.
bool started_by_mpirun() { return std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr; }

/// PMIx, or PMI as MPICH and Cray use it: what a launcher gives its tasks so that they find each other.
bool has_process_manager() { return started_by_mpirun() || std::getenv("PMIX_RANK") || std::getenv("PMI_RANK"); }

[[noreturn]] void refuse_singletons(int tasks)
{
    throw Error(ExitCode::unavailable,
                "Slurm started {0} tasks but they do not see each other: started as {0} singletons; "
                "use srun --mpi=pmix or mpirun",
                tasks);
}

/// Says to who launched the job that all ranks have found each other: what ends it from now on is no fault of its
/// start.
void note_started()
{
    const char* file = std::getenv("ALSTER_STARTED_FILE");
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (file && rank == 0) std::ofstream{file};
}

}  // namespace

void check_launch_environment()
{
    if (const int tasks = tasks_of_step(); tasks > 1 && !has_process_manager()) refuse_singletons(tasks);
}

void check_launch(int communicator_size)
{
    if (communicator_size > 1 || started_by_mpirun()) return;
    if (const int tasks = tasks_of_step(); tasks > 1) refuse_singletons(tasks);
}

MpiSession::MpiSession(int& argc, char**& argv)
{
    check_launch_environment();
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided);
}

MpiSession::~MpiSession()
{
    if (std::uncaught_exceptions() > exceptions_) abort_job(static_cast<int>(ExitCode::internal));
    MPI_Finalize();
}

int MpiSession::run(const std::function<int()>& job)
{
    try {
        int size = 1;
        MPI_Comm_size(MPI_COMM_WORLD, &size);
        check_launch(size);
        Heartbeat heartbeat;  // collective: all ranks are there
        note_started();
        const int code = job();
        heartbeat.stop();
        return code;
    } catch (const Error& error) {
        stop_all_ranks(error.code(), error.what());
    } catch (const std::bad_alloc&) {
        stop_all_ranks(ExitCode::out_of_memory, "out of memory: use more ranks, fewer factors or a larger machine");
    } catch (const std::exception& error) {
        const std::string message = fmt::format("internal error: {}", error.what());
        stop_all_ranks(ExitCode::internal, message.c_str());
    } catch (...) {
        stop_all_ranks(ExitCode::internal, "internal error");
    }
}

void abort_job(int code) noexcept
{
    try {
        std::thread([code] {
            std::this_thread::sleep_for(patience_with_daemons);
            std::_Exit(code);
        }).detach();
    } catch (...) {  // no thread is left: MPI alone has to do it
    }
    MPI_Abort(MPI_COMM_WORLD, code);
    std::_Exit(code);
}

}  // namespace alster
