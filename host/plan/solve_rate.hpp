#pragma once
#include <span>

#include "host/train/options.hpp"

namespace alster {

/// Multiply-adds a second (as options.row_cost() counts them) that this process's threads do in random rows of these
/// numbers of interactions, of which each costs as much as another (RowSizes::typical), in the precision and by the
/// steps that are asked for: measured in about a second, more for more than 256 factors. Errors: usage (64) where the
/// cpu backend has no such precision.
[[nodiscard]] double measure_solve_rate(std::span<const Offset> entries, const TrainOptions& options);

/// Multiply-adds a second, 1.5 w² a row, that they do in Gramian and rotation, in that precision.
[[nodiscard]] double measure_basis_rate(const TrainOptions& options);

/// Seconds of the eigenproblem of a Gramian: measured up to order 256, and in proportion to w³ above.
[[nodiscard]] double measure_eigenproblem(Row width);

}  // namespace alster
