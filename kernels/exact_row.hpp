#pragma once
#include <span>

#include "kernels/backend.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// Solves row `row` of the objective in fp64 and rounds x (Y.width) once: what the backends do with rows that they
/// cannot solve, and what an audit compares with. A row with fewer entries than factors is solved in the dual form,
/// which stays regular where the primal form is singular but for a tiny λ; but not where D has a 0. A step of iterative refinement, its
/// residual in extended precision, says how far fp64 was off, and makes up for that.
ExactRow solve_exact_row(const Interactions& interactions, Row row, FactorTable Y, const RowObjective& objective,
                         std::span<float> x);

/// All rows by that, X (rows, Y.width); all threads share the work.
[[nodiscard]] SolveReport solve_exact_rows(const Interactions& interactions, FactorTable Y,
                                           const RowObjective& objective, std::span<float> X);

/// The normal equations of some entries of a row, A = Σ c y yᵀ (lower triangle packed) and b = Σ c p y, in fp64.
/// `first` and `count` are counted from the row's first entry.
struct EntriesOfRow {
    Row row = 0;
    Offset first = 0;
    Offset count = 0;
};
void exact_equations(const Interactions& interactions, const EntriesOfRow& entries, FactorTable Y, bool biased,
                     std::span<double> equations);

/// The same as two floats each, which travel as other equations do and sum to 48 bits: all high halves, then all low
/// ones, in 2·equations_size(Y.width).
void exact_equations_in_halves(const Interactions& interactions, const EntriesOfRow& entries, FactorTable Y,
                               bool biased, std::span<float> halves);

}  // namespace alster
