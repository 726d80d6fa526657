#pragma once
#include <cstdint>
#include <vector>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// 1 for a row, 0 for another: of all rows of a side, the same on all ranks.
using RowMarks = std::vector<std::uint8_t>;

/// The rows of `now` whose training interactions are not those that they had in `before`, the dataset that it extends.
/// Collective.
[[nodiscard]] RowMarks touched_rows(const Communicator& ranks, const DatasetReader& before, const DatasetReader& now,
                                    Side side);

/// The training interactions of some rows, of which those that are not marked are left empty.
[[nodiscard]] Interactions marked_interactions(const DatasetReader& dataset, Side side, RowRange rows,
                                               const RowMarks& marks);

}  // namespace alster
