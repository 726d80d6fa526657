#include "distributed/mpi_session.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <new>
#include <system_error>
#include <thread>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/failure.hpp"
#include "distributed/communicator.hpp"
#include "distributed/heartbeat.hpp"
#include "distributed/mpi_support.hpp"

namespace alster {

namespace {

/// How long another rank leaves the word to rank 0, which has most likely met the same failure.
constexpr std::chrono::milliseconds courtesy{1500};

constexpr std::chrono::seconds patience_with_daemons{5};

constexpr const char* out_of_memory =
    "out of memory: use more ranks, fewer factors or a larger machine, or raise the limit (ulimit -v)";

bool uses_mpi() noexcept
{
    int started = 0;
    MPI_Initialized(&started);
    return started != 0;
}

struct HostName {
    char text[256] = "";
    HostName() noexcept { gethostname(text, sizeof text - 1); }
};

/// Nothing here may throw: the other ranks wait until MPI_Abort is reached.
[[noreturn]] void stop_all_ranks(ExitCode code, const char* message) noexcept
{
    int rank = 0;
    int size = 1;
    if (uses_mpi()) {
        MPI_Comm_rank(MPI_COMM_WORLD, &rank);
        MPI_Comm_size(MPI_COMM_WORLD, &size);
    }
    if (rank != 0) std::this_thread::sleep_for(courtesy);
    forget_start();  // before MPI ends the process by exit()
    if (rank == 0)
        say_failure(code, message);
    else
        say("alster: {} (rank {} on {})", message, rank, HostName().text);
    if (size > 1) abort_job(static_cast<int>(code));
    std::_Exit(static_cast<int>(code));
}

/// For a handler: ends all ranks with what was caught.
[[noreturn]] void stop_by_exception() noexcept
{
    try {
        throw;
    } catch (const Error& error) {
        stop_all_ranks(error.code(), error.what());
    } catch (const std::bad_alloc&) {
        stop_all_ranks(ExitCode::out_of_memory, out_of_memory);
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::resource_unavailable_try_again)
            stop_all_ranks(ExitCode::out_of_memory,
                           "no thread can be started: raise the limits (ulimit -v, ulimit -u)");
        const std::string message = fmt::format("internal error: {}", error.what());
        stop_all_ranks(ExitCode::internal, message.c_str());
    } catch (const std::exception& error) {
        const std::string message = fmt::format("internal error: {}", error.what());
        stop_all_ranks(ExitCode::internal, message.c_str());
    } catch (...) {
        stop_all_ranks(ExitCode::internal, "internal error");
    }
}

/// What a thread of OpenMP throws ends the program here. Without an exception there was no memory for one.
[[noreturn]] void stop_terminated() noexcept
{
    static std::atomic_flag speaks;
    if (speaks.test_and_set()) std::this_thread::sleep_for(std::chrono::hours(1));  // another thread ends the process
    if (std::current_exception()) stop_by_exception();
    void* const some = std::malloc(std::size_t{1} << 20U);
    const bool has_memory = some != nullptr;
    std::free(some);
    if (has_memory) stop_all_ranks(ExitCode::internal, "internal error: terminated");
    stop_all_ranks(ExitCode::out_of_memory, out_of_memory);
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

[[noreturn]] void refuse_singletons(int tasks)
{
    throw Error(ExitCode::unavailable,
                "Slurm started {0} tasks but they do not see each other: started as {0} singletons; "
                "use srun --mpi=pmix or mpirun",
                tasks);
}

/// Says to who launched the job that all ranks have found each other: what ends it from now on is no fault of its
/// start.
void note_started(const Communicator& ranks)
{
    const char* file = std::getenv("ALSTER_STARTED_FILE");
    if (file && ranks.leads()) std::ofstream{file};
}

}  // namespace

void check_launch_environment()
{
    if (const int tasks = tasks_of_step(); tasks > 1 && !has_launcher()) refuse_singletons(tasks);
}

void check_launch(int communicator_size)
{
    if (communicator_size > 1 || started_by_mpirun()) return;
    if (const int tasks = tasks_of_step(); tasks > 1) refuse_singletons(tasks);
}

MpiSession::MpiSession(int& argc, char**& argv)
{
    check_launch_environment();
    if (!has_launcher()) return;
    try {
        start_.emplace();
        int provided = 0;
        check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_MULTIPLE, &provided));
    } catch (const std::exception& error) {
        forget_start();
        // rank 0 says what it meets itself, and what all ranks meet
        const std::string_view rank = rank_of_launcher();
        const auto* known = dynamic_cast<const Error*>(&error);
        if (!(known && known->code() == ExitCode::usage) && !rank.empty() && rank != "0") {
            std::this_thread::sleep_for(courtesy);
            say("alster: {} (rank {} on {})", error.what(), rank, HostName().text);
        }
        throw;
    }
}

MpiSession::~MpiSession()
{
    if (!uses_mpi()) return;
    if (std::uncaught_exceptions() > exceptions_) abort_job(static_cast<int>(ExitCode::internal));
    MPI_Finalize();
}

int MpiSession::run(const std::function<int()>& job)
{
    try {
        const Communicator ranks;
        check_launch(ranks.size());
        Heartbeat heartbeat(ranks);  // collective: all ranks are there
        start_.reset();              // from now on the heartbeat watches
        note_started(ranks);
        const int code = job();
        heartbeat.stop();
        return code;
    } catch (...) {
        stop_by_exception();
    }
}

void end_in_one_line() noexcept { std::set_terminate(stop_terminated); }

void abort_job(int code) noexcept
{
    if (!uses_mpi()) std::_Exit(code);
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
