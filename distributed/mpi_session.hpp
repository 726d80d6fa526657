#pragma once
#include <exception>
#include <functional>
#include <optional>

#include "distributed/mpi_start.hpp"

namespace alster {

/// MPI from start to end of the program, and the one place where a failure of one rank ends all of them.
///
/// A rank may be lost in four ways:
///   it throws                     run() reports it and aborts the job with the error's code
///   it is killed                  the launcher ends the others (137); a run is resumed by the same command
///   it falls silent               the heartbeat ends the job with 75, which Slurm's script requeues (heartbeat.hpp)
///   it never comes out of MPI_Init  a timer ends the job with 75 (mpi_start.hpp)
///
/// A process that no launcher started is alone and does without MPI: Communicator is one rank then. MPI_Init would take
/// longer than a small command, start a daemon and make files, and need a PATH, descriptors and memory for them.
class MpiSession {
public:
    /// Throws unavailable (69) as check_launch_environment does, before MPI is touched; else as MpiStart does.
    MpiSession(int& argc, char**& argv);
    /// Ends MPI. Where an exception is on its way it stops all ranks instead: the others would never come to the end.
    ~MpiSession();
    MpiSession(const MpiSession&) = delete;
    MpiSession& operator=(const MpiSession&) = delete;

    /// Runs `job` on this rank. A failure is reported in one line by one rank (rank 0 if it failed too), then all ranks
    /// are stopped at once with the error's exit code: a rank that waits in a collective operation would wait for ever.
    int run(const std::function<int()>& job);

private:
    int exceptions_ = std::uncaught_exceptions();
    std::optional<MpiStart> start_;  // until all ranks are there
};

/// Ends all ranks of the job with this exit code, and this process in any case: MPI asks daemons that may be out of
/// reach. Any thread may call it.
[[noreturn]] void abort_job(int code) noexcept;

/// From now on what a thread throws and nobody catches ends the job as MpiSession::run does, in one line, in place of
/// an abort (SIGABRT).
void end_in_one_line() noexcept;

/// Throws unavailable (69) where the environment tells already that check_launch would: to be called before MPI starts,
/// as some MPI libraries end the process themselves then, with another exit code and a page of text.
void check_launch_environment();

/// Throws unavailable (69) where a launcher started several processes that do not see each other: N jobs of one rank
/// that would all write the same output.
void check_launch(int communicator_size);

}  // namespace alster
