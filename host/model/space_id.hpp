#pragma once
#include <span>
#include <string>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// A name of the space that the items' factors span, as 32 hexadecimal digits: equal where ids and factors of all items
/// are equal to the last bit, whatever the order of the rows and the number of ranks; else another one. `factors` are
/// this rank's rows, (items, width) as served. Collective.
[[nodiscard]] std::string space_id(const Communicator& ranks, const DatasetReader& dataset, RowRange items,
                                   std::span<const float> factors);

}  // namespace alster
