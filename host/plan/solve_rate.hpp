#pragma once
#include "host/train/options.hpp"

namespace alster {

/// Multiply-adds a second (as options.row_cost() counts them) that this process's threads do in rows of `entries`
/// interactions, in the precision and by the steps that are asked for: measured in a fraction of a second on random
/// ones. Errors: usage (64) where the cpu backend has no such precision.
[[nodiscard]] double measure_solve_rate(Offset entries, const TrainOptions& options);

/// Multiply-adds a second, 1.5 w² a row, that they do in Gramian and rotation, in that precision.
[[nodiscard]] double measure_basis_rate(const TrainOptions& options);

}  // namespace alster
