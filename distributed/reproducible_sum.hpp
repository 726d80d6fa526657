#pragma once
#include <span>

#include "distributed/communicator.hpp"

namespace alster {

/// Σ over the rows of all ranks of one finite value a row: the same bits for any number of ranks. `mine` holds the
/// values of this rank's rows, which begin on a border of `chunk`; `rows` counts those of all ranks. Collective.
[[nodiscard]] double reproducible_sum(const Communicator& ranks, std::span<const double> mine, Row rows, Row chunk);

}  // namespace alster
