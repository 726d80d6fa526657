#pragma once
#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// Cuts the rows of one side so that the ranks' half-steps take equally long: by a model of a row's cost, from its
/// number of interactions and the width of the factors. Read by one rank, in slices, and told to all. Collective.
[[nodiscard]] RowPartition partition_by_cost(const Communicator& ranks, const DatasetReader& dataset, Side side,
                                             Row width);

}  // namespace alster
