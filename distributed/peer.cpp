#include "distributed/peer.hpp"

#include "distributed/mpi_support.hpp"

namespace alster {

void Peer::exchange(const Beat& mine)
{
    if (sent()) send(mine);
    ++silence_;
    receive();
}

bool Peer::part(Beat mine)
{
    mine.last = true;
    if (!out_.last && sent()) send(mine);
    receive();
    return out_.last && heard_.last && sent();
}

bool Peer::sent()
{
    int done = 0;
    check_mpi(MPI_Test(&sending_, &done, MPI_STATUS_IGNORE));
    return done != 0;
}

void Peer::send(const Beat& mine)
{
    out_ = mine;
    check_mpi(MPI_Isend(&out_, sizeof out_, MPI_BYTE, rank_, 0, comm_, &sending_));
}

void Peer::expect() { check_mpi(MPI_Irecv(&in_, sizeof in_, MPI_BYTE, rank_, 0, comm_, &receiving_)); }

/// Takes all beats that have come. After the last nothing is expected, and MPI calls a request for nothing complete.
void Peer::receive()
{
    while (!heard_.last) {
        int come = 0;
        check_mpi(MPI_Test(&receiving_, &come, MPI_STATUS_IGNORE));
        if (!come) return;
        heard_ = in_;
        silence_ = 0;
        if (!heard_.last) expect();
    }
}

}  // namespace alster
