#include "distributed/mpi_session.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <thread>

#include "data/error.hpp"

namespace alster {

namespace {

/// How long another rank leaves the word to rank 0, which has most likely met the same failure.
constexpr std::chrono::milliseconds courtesy{1500};

[[noreturn]] void stop_all_ranks(ExitCode code, const std::string& message)
{
    int rank = 0;
    int size = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (rank != 0) std::this_thread::sleep_for(courtesy);
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    const std::string where = rank == 0 ? "" : fmt::format(" (rank {} on {})", rank, host);
    fmt::print(stderr, "alster: {}{}\n", message, where);
    std::fflush(nullptr);
    if (size > 1) MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
    std::_Exit(static_cast<int>(code));
}

}  // namespace

MpiSession::MpiSession(int& argc, char**& argv)
{
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
}

MpiSession::~MpiSession() { MPI_Finalize(); }

int MpiSession::run(const std::function<int()>& job)
{
    try {
        int size = 1;
        MPI_Comm_size(MPI_COMM_WORLD, &size);
        check_launch(size);
        return job();
    } catch (const Error& error) {
        stop_all_ranks(error.code(), error.what());
    } catch (const std::bad_alloc&) {
        stop_all_ranks(ExitCode::out_of_memory, "out of memory: use more ranks, fewer factors or a larger machine");
    } catch (const std::exception& error) {
        stop_all_ranks(ExitCode::internal, fmt::format("internal error: {}", error.what()));
    }
}

void check_launch(int communicator_size)
{
    if (communicator_size > 1) return;
    const auto number = [](const char* variable) {
        const char* text = std::getenv(variable);
        return text ? std::atoi(text) : 1;
    };
    // inside a step SLURM_STEP_NUM_TASKS counts; SLURM_NTASKS alone is also set in a batch script, which is one process
    const int started = std::getenv("SLURM_STEP_NUM_TASKS") ? number("SLURM_STEP_NUM_TASKS") : 1;
    if (started > 1 && std::getenv("SLURM_PROCID"))
        throw Error(ExitCode::unavailable,
                    "Slurm started {0} tasks but each of them is alone: started as {0} singletons; "
                    "use srun --mpi=pmix or mpirun",
                    started);
}

}  // namespace alster
