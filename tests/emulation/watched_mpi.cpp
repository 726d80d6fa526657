// Linked into the program on emulated GPUs, between it and MPI, by MPI's profiling interface: an MPI that claims to
// read device memory where ALSTER_EMULATED_MPI is "reads_device" or "misreads_device", and then says at the end how
// many of the buffers that it was given were on a device. What it receives into device memory is wrong by a bit where
// it misreads.
#include <mpi.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "distributed/device_memory_support.hpp"
#include "tests/emulation/emulation.hpp"

namespace alster {

namespace {

bool is(const char* kind)
{
    const char* mpi = std::getenv("ALSTER_EMULATED_MPI");
    return mpi && std::strcmp(mpi, kind) == 0;
}

int buffers = 0;
int on_device = 0;

void watch(const void* buffer)
{
    ++buffers;
    on_device += emulation::is_device_memory(buffer);
}

}  // namespace

bool mpi_claims_device_memory() { return is("reads_device") || is("misreads_device"); }

}  // namespace alster

extern "C" {

int MPI_Isend(const void* buffer, int count, MPI_Datatype type, int target, int tag, MPI_Comm comm,
              MPI_Request* request)
{
    alster::watch(buffer);
    return PMPI_Isend(buffer, count, type, target, tag, comm, request);
}

int MPI_Irecv(void* buffer, int count, MPI_Datatype type, int source, int tag, MPI_Comm comm, MPI_Request* request)
{
    alster::watch(buffer);
    return PMPI_Irecv(buffer, count, type, source, tag, comm, request);
}

int MPI_Allgatherv(const void* from, int count, MPI_Datatype type, void* to, const int* counts, const int* starts,
                   MPI_Datatype received_type, MPI_Comm comm)
{
    alster::watch(from);
    alster::watch(to);
    const int result = PMPI_Allgatherv(from, count, type, to, counts, starts, received_type, comm);
    if (alster::is("misreads_device") && emulation::is_device_memory(to)) *static_cast<unsigned char*>(to) ^= 1U;
    return result;
}

int MPI_Finalize()
{
    if (alster::mpi_claims_device_memory())
        std::fprintf(stderr, "emulation: of %d buffers MPI was given %s on a device\n", alster::buffers,
                     alster::on_device > 0 ? "some" : "none");
    return PMPI_Finalize();
}
}
