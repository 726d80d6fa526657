#pragma once
#include <functional>
#include <span>

#include "data/interactions.hpp"

namespace alster {

/// Where an exchange finds a rank's own rows and puts those that it needs of all ranks, as the backend that holds them
/// offers it: (rows, w) row-major floats in memory that MPI may send from and receive into.
struct RowBuffers {
    std::span<const float> mine;  // own rows
    std::span<float> table;       // the rows that are needed
    std::span<float> staging;     // rows on their way to other ranks

    /// to (rows.size(), w) ← the own rows of these numbers; waits.
    std::function<void(std::span<const Column> rows, std::span<float> to)> pack;

    /// Called when these rows of the table have come.
    std::function<void(RowRange rows)> arrived;
};

}  // namespace alster
