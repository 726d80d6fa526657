#pragma once
#include "kernels/backend.hpp"
#include "kernels/cpu/row_solver.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// Solves rows that would keep one thread busy while the others wait: they are assembled in parts of `part` entries by
/// all threads, and each part's residuals are summed apart. Writes their rows of X and of the report; returns those for
/// which parts in fp32 are not enough (kernels/pivots.hpp).
[[nodiscard]] std::vector<Row> solve_long_rows(const RowSolver& solver, const RowContext& context,
                                               const Interactions& interactions, std::span<const Row> rows, Offset part,
                                               const RowObjective& objective, HostMatrix& X, SolveReport& report);

}  // namespace alster
