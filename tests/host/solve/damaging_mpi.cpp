// Preloaded into alster by LD_PRELOAD: an MPI that flips one bit of the factors that rank 1 receives, after they have
// come and before alster looks at them. MPI's profiling interface lets a library stand between.
#include <mpi.h>

namespace {

constexpr int row_tag = 1;  // of a RowTransfer

unsigned char* expected = nullptr;  // the first byte of the first rows, while they are on their way
bool damaged = false;

bool is_victim()
{
    int rank = 0;
    PMPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank == 1;
}

void damage(void* rows)
{
    if (damaged || !rows || !is_victim()) return;
    *static_cast<unsigned char*>(rows) ^= 1U;
    damaged = true;
}

}  // namespace

extern "C" {

int MPI_Irecv(void* buffer, int count, MPI_Datatype type, int source, int tag, MPI_Comm comm, MPI_Request* request)
{
    if (tag == row_tag && !expected) expected = static_cast<unsigned char*>(buffer);
    return PMPI_Irecv(buffer, count, type, source, tag, comm, request);
}

int MPI_Testall(int count, MPI_Request* requests, int* done, MPI_Status* statuses)
{
    const int result = PMPI_Testall(count, requests, done, statuses);
    if (*done) damage(expected);
    return result;
}

int MPI_Allgatherv(const void* from, int count, MPI_Datatype type, void* to, const int* counts, const int* starts,
                   MPI_Datatype received_type, MPI_Comm comm)
{
    const int result = PMPI_Allgatherv(from, count, type, to, counts, starts, received_type, comm);
    if (type != MPI_CHAR) damage(to);  // characters are texts, such as the names of nodes
    return result;
}
}
