#pragma once
#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// Cost of each chunk of rows_per_chunk rows: by a model of a row's cost, from its number of interactions and the width
/// of the factors. Read in slices.
[[nodiscard]] std::vector<double> chunk_costs(const DatasetReader& dataset, Side side, Row width);

/// Cuts the rows of one side so that the ranks' half-steps take equally long. Read by one rank, and told to all.
/// Collective.
[[nodiscard]] RowPartition partition_by_cost(const Communicator& ranks, const DatasetReader& dataset, Side side,
                                             Row width);

}  // namespace alster
