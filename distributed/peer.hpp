#pragma once
#include <mpi.h>

namespace alster {

/// What a rank says of itself once a second.
struct Beat {
    char host[48] = {};
    char phase[80] = {};
    bool last = false;
};

/// Beats from and to one other rank. At most one of each is on its way: where the other is out of reach they do not
/// pile up. Silence is counted in own beats, not by the clock: a job that was suspended as a whole was not silent.
/// Must not move: beats are received into it. `comm` is used for nothing else.
class Peer {
public:
    Peer(MPI_Comm comm, int rank) : comm_(comm), rank_(rank) { expect(); }

    /// Sends a beat where the one before has left, and takes those that have come; does not wait. The other may part
    /// any time before this rank does.
    void exchange(const Beat& mine);

    /// Sends the last beat where the one before has left; true once the last has gone each way, so that nothing is left
    /// on its way. Does not wait: to be called until it is true, and instead of exchange() from then on.
    [[nodiscard]] bool part(Beat mine);

    [[nodiscard]] int rank() const { return rank_; }
    [[nodiscard]] long silence() const { return silence_; }
    [[nodiscard]] const Beat& heard() const { return heard_; }

private:
    [[nodiscard]] bool sent();
    void send(const Beat& mine);
    void expect();
    void receive();

    MPI_Comm comm_;
    int rank_;
    MPI_Request sending_ = MPI_REQUEST_NULL;
    MPI_Request receiving_ = MPI_REQUEST_NULL;
    Beat out_;
    Beat in_;
    Beat heard_;
    long silence_ = 0;
};

}  // namespace alster
