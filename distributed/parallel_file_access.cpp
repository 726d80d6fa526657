#include "distributed/parallel_file_access.hpp"

#include <mpi.h>

#include "data/error.hpp"
#include "data/hdf5_handle.hpp"

namespace alster {

ParallelFileAccess::ParallelFileAccess(const Communicator& ranks) : ranks_(ranks)
{
    start_hdf5();
    if (ranks_.size() == 1) return;
    properties_ = H5Pcreate(H5P_FILE_ACCESS);
    if (properties_ < 0 || H5Pset_fapl_mpio(properties_, MPI_COMM_WORLD, MPI_INFO_NULL) < 0)
        throw Error(ExitCode::unavailable, "HDF5 cannot use MPI-IO: install the MPI build of HDF5");
}

ParallelFileAccess::~ParallelFileAccess()
{
    if (properties_ > 0) H5Pclose(properties_);
}

Checksum ParallelFileAccess::joined(const Checksum& mine) const
{
    const auto crcs = ranks_.all_gather(static_cast<std::int64_t>(mine.crc));
    const auto bytes = ranks_.all_gather(static_cast<std::int64_t>(mine.bytes));
    Checksum all;
    for (std::size_t r = 0; r < crcs.size(); ++r)
        all = all.followed_by({static_cast<std::uint32_t>(crcs[r]), static_cast<std::uint64_t>(bytes[r])});
    return all;
}

void ParallelFileAccess::in_turn(std::span<std::byte> state, const std::function<void()>& work) const
{
    const int rank = ranks_.rank(), last = ranks_.size() - 1;
    if (rank > 0) ranks_.exchange({}, rank, state, rank - 1);
    work();
    if (rank < last) ranks_.exchange(state, rank + 1, {}, rank);
    // what the last one has goes to all
    if (rank < last) return ranks_.exchange({}, rank, state, last);
    for (int other = 0; other < last; ++other) ranks_.exchange(state, other, {}, rank);
}

}  // namespace alster
