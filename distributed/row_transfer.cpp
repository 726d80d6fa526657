#include "distributed/row_transfer.hpp"

#include <chrono>
#include <thread>

#include "distributed/mpi_support.hpp"

namespace alster {

namespace {

constexpr int tries = 64;  // before it sleeps: a short message is there sooner than a sleeper awake
constexpr std::chrono::microseconds nap{20};

}  // namespace

struct RowTransfer::Requests {
    MPI_Request both[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
};

RowTransfer::RowTransfer(std::span<const std::byte> out, int to, std::span<std::byte> in, int from, Row row_bytes)
    : requests_(std::make_unique<Requests>())
{
    constexpr int tag = 1;
    const RowType row(row_bytes);
    const auto count = [&](std::size_t bytes) { return static_cast<int>(bytes / static_cast<std::size_t>(row_bytes)); };
    if (!in.empty())
        check_mpi(MPI_Irecv(in.data(), count(in.size()), row.get(), from, tag, MPI_COMM_WORLD, &requests_->both[0]));
    if (!out.empty())
        check_mpi(MPI_Isend(out.data(), count(out.size()), row.get(), to, tag, MPI_COMM_WORLD, &requests_->both[1]));
}

RowTransfer::RowTransfer() = default;
RowTransfer::~RowTransfer() = default;
RowTransfer::RowTransfer(RowTransfer&&) noexcept = default;
RowTransfer& RowTransfer::operator=(RowTransfer&&) noexcept = default;

void RowTransfer::wait()
{
    if (!requests_) return;
    for (int tried = 1, done = 0;; ++tried) {
        check_mpi(MPI_Testall(2, requests_->both, &done, MPI_STATUSES_IGNORE));
        if (done) return;
        if (tried > tries) std::this_thread::sleep_for(nap);
    }
}

}  // namespace alster
