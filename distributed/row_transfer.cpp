#include "distributed/row_transfer.hpp"

#include "distributed/mpi_support.hpp"

namespace alster {

struct RowTransfer::Requests {
    MPI_Request both[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
};

RowTransfer::RowTransfer(std::span<const float> out, int to, std::span<float> in, int from, Row width, bool alone)
    : requests_(std::make_unique<Requests>())
{
    constexpr int tag = 1;
    const RowType row(width);
    const auto count = [&](std::size_t floats) { return static_cast<int>(floats / static_cast<std::size_t>(width)); };
    if (!in.empty())
        check_mpi(MPI_Irecv(in.data(), count(in.size()), row.get(), from, tag, handle(alone), &requests_->both[0]));
    if (!out.empty())
        check_mpi(MPI_Isend(out.data(), count(out.size()), row.get(), to, tag, handle(alone), &requests_->both[1]));
}

RowTransfer::~RowTransfer() = default;
RowTransfer::RowTransfer(RowTransfer&&) noexcept = default;
RowTransfer& RowTransfer::operator=(RowTransfer&&) noexcept = default;

void RowTransfer::wait() { check_mpi(MPI_Waitall(2, requests_->both, MPI_STATUSES_IGNORE)); }

}  // namespace alster
