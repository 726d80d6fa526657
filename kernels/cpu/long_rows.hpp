#pragma once
#include "kernels/backend.hpp"
#include "kernels/cpu/isa/row_solver.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// Rows that would keep one thread busy while the others wait.
struct LongRows {
    const Interactions& interactions;
    std::span<const Row> rows;
    Offset part;    // entries
    FactorTable Y;  // what they are solved from
};

/// Solves rows that are assembled in parts by all threads; each part's residuals are summed apart. Those for which
/// parts in fp32 are not enough (kernels/pivots.hpp) are assembled again in fp64. Writes their rows of X and of the
/// report.
void solve_long_rows(const RowSolver& solver, const RowContext& context, const LongRows& long_rows,
                     const RowObjective& objective, HostMatrix& X, SolveReport& report);

}  // namespace alster
