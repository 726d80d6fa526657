#pragma once
#include "data/interactions.hpp"

namespace alster {

/// Multiply-adds a second (as row_cost counts them) that this process's threads do in rows of `entries` interactions:
/// measured in a fraction of a second on random ones.
[[nodiscard]] double measure_solve_rate(Offset entries, Row width);

}  // namespace alster
