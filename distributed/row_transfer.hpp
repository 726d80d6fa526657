#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "data/interactions.hpp"

namespace alster {

/// Rows on their way to one rank, and others from one. The memory of both must stay until wait() has returned.
class RowTransfer {
public:
    RowTransfer();  // of nothing
    RowTransfer(std::span<const std::byte> out, int to, std::span<std::byte> in, int from, Row row_bytes);
    ~RowTransfer();
    RowTransfer(RowTransfer&&) noexcept;
    RowTransfer& operator=(RowTransfer&&) noexcept;

    /// Leaves the core to others meanwhile: MPI's own waiting spins, and the cores are for those who compute.
    void wait();

private:
    struct Requests;
    std::unique_ptr<Requests> requests_;
};

}  // namespace alster
