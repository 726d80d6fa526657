#pragma once
#include <memory>
#include <span>

#include "data/interactions.hpp"

namespace alster {

/// Rows on their way to one rank, and others from one. The memory of both must stay until wait() has returned.
class RowTransfer {
public:
    RowTransfer(std::span<const float> out, int to, std::span<float> in, int from, Row width, bool alone);
    ~RowTransfer();
    RowTransfer(RowTransfer&&) noexcept;
    RowTransfer& operator=(RowTransfer&&) noexcept;

    void wait();

private:
    struct Requests;
    std::unique_ptr<Requests> requests_;
};

}  // namespace alster
