#pragma once
#include <functional>
#include <span>

#include "data/interactions.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// Places of a list of `k` items: no list is longer than the catalogue. At least 1.
[[nodiscard]] Row places_of_list(Row k, Row items);

/// This rank's share of rows 0 … rows, cut on borders of rows_per_chunk.
[[nodiscard]] RowRange share_of_rows(const Communicator& ranks, Row rows);

/// Visits rows in batches whose lists of k fit into memory, however many rows there are.
void for_blocks(std::span<const Row> rows, Row k, const std::function<void(std::span<const Row>)>& visit);
void for_blocks(RowRange rows, Row k, const std::function<void(std::span<const Row>)>& visit);

/// The rows that lists were asked for: `all` rows shared by the ranks, or those named, which the first rank visits
/// alone.
void for_asked_blocks(const Communicator& ranks, bool all, Row rows, std::span<const Row> named, Row k,
                      const std::function<void(std::span<const Row>)>& visit);

}  // namespace alster
