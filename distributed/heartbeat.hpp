#pragma once
#include <memory>

#include "distributed/communicator.hpp"

namespace alster {

/// What this rank is about to do, for the message of a watcher. `phase` must be a string literal.
void enter_phase(const char* phase) noexcept;

/// Ends the job where a rank has fallen silent: a lost node, a cut link or a stopped process would leave the others
/// waiting in MPI for ever. A thread of each rank sends a beat to rank 0 every second and hears from it; it goes on
/// beating while the rank computes, however long that takes. After ALSTER_SILENCE_SECONDS (30) rank 0 names the silent
/// rank and its last phase and ends the job with exit code 75 (requeue: the same command goes on from what was saved
/// last); where rank 0 is silent, the others do, a little later.
class Heartbeat {
public:
    /// Does nothing on one rank, or where MPI does not allow several threads (MPI_THREAD_MULTIPLE). Collective.
    explicit Heartbeat(const Communicator& ranks);
    ~Heartbeat();
    Heartbeat(const Heartbeat&) = delete;
    Heartbeat& operator=(const Heartbeat&) = delete;

    /// Ends the watch. Collective; to be called where the job ends well, and only there.
    void stop();

private:
    class Watch;
    std::unique_ptr<Watch> watch_;
};

}  // namespace alster
