#include "distributed/mpi_start.hpp"

#include <array>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "data/console.hpp"
#include "data/error.hpp"

namespace alster {

namespace {

constexpr long usual_seconds = 120;
constexpr long most_seconds = 86'400;

std::atomic<bool> starting = false;

/// MPI ends the process by exit() where it cannot start.
void explain_exit()
{
    if (!starting) return;
    say("alster: MPI could not start, for the reason above: look at the launcher, the network and the limits (ulimit "
        "-a); docs/slurm.md has more");
    std::_Exit(static_cast<int>(ExitCode::unavailable));
}

std::chrono::seconds asked_patience()
{
    const char* asked = std::getenv("ALSTER_MPI_START_SECONDS");
    if (!asked) return std::chrono::seconds(usual_seconds);
    const std::string_view text(asked);
    long seconds = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failure != std::errc() || end != text.data() + text.size() || seconds < 1 || seconds > most_seconds)
        throw Error(ExitCode::usage, "ALSTER_MPI_START_SECONDS is '{}': write a number of seconds from 1 to {}", text,
                    most_seconds);
    return std::chrono::seconds(seconds);
}

}  // namespace

bool has_launcher()
{
    // Open MPI; PMIx; PMI-1 and PMI-2 as MPICH, Intel MPI and Slurm speak it; Cray; Flux
    constexpr std::array variables = {
        "OMPI_COMM_WORLD_SIZE", "PMIX_RANK",      "PMI_RANK",  "PMI_ID", "PMI_FD", "PMI_PORT",
        "PALS_RANKID",          "FLUX_TASK_RANK", "ALSTER_MPI"};
    for (const char* variable : variables)
        if (std::getenv(variable)) return true;
    return false;
}

std::string_view rank_of_launcher()
{
    for (const char* variable :
         {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "PALS_RANKID", "FLUX_TASK_RANK", "SLURM_PROCID"})
        if (const char* rank = std::getenv(variable)) return rank;
    return {};
}

void forget_start() noexcept { starting = false; }

MpiStart::MpiStart() : patience_(asked_patience())
{
    [[maybe_unused]] static const int registered = std::atexit(explain_exit);
    try {
        watcher_ = std::thread([this] { watch(); });
    } catch (const std::system_error& error) {
        throw Error(ExitCode::out_of_memory, "no thread can be started ({}): raise the limits (ulimit -v, ulimit -u)",
                    error.code().message());
    }
    starting = true;
}

MpiStart::~MpiStart()
{
    forget_start();
    {
        const std::lock_guard lock(mutex_);
        done_ = true;
    }
    wake_.notify_one();
    watcher_.join();
}

void MpiStart::watch()
{
    constexpr std::chrono::seconds courtesy{3};  // the others let rank 0 speak, and the launcher end them
    const std::string_view rank = rank_of_launcher();
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, rank == "0" ? patience_ : patience_ + courtesy, [this] { return done_; })) return;
    say("alster: MPI did not start within {} s (rank {}): a rank or a node was lost on the way: run the same command "
        "again, or set ALSTER_MPI_START_SECONDS where starting takes longer",
        patience_.count(), rank.empty() ? "?" : rank);
    std::_Exit(static_cast<int>(ExitCode::requeue));  // the launcher ends the other ranks
}

}  // namespace alster
