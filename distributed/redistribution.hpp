#pragma once
#include <span>
#include <vector>

#include "distributed/communicator.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// Moves rows of `width` floats from the ranks that hold them by one partition to those that hold them by another:
/// `mine` (from.of(rank).size(), width) gives (to.of(rank).size(), width). Both partitions have the same rows.
/// Collective.
[[nodiscard]] std::vector<float> redistributed(const Communicator& ranks, std::span<const float> mine,
                                               const RowPartition& from, const RowPartition& to, Row width);

}  // namespace alster
