#pragma once
#include <vector>

#include "kernels/backend.hpp"
#include "kernels/cpu/isa/row_solver.hpp"
#include "kernels/row_prior.hpp"

namespace alster {

/// Solves rows with a prior by a solver that knows of none: seen from the solution without interactions, x0, only the
/// targets are others. What is reported is measured on x itself. Each thread has its own.
class PriorRowSolver {
public:
    /// `longest`: entries of the longest row to come.
    PriorRowSolver(const RowSolver& solver, const RowContext& context, const RowObjective& objective, Offset longest);

    /// Row u of the shard; one without a prior as the solver itself does it, with the same bits.
    RowResult solve(Row u, const RowToSolve& task, float* workspace, float* x);

private:
    [[nodiscard]] float element(const RowToSolve& task, Offset k, Row a) const;
    template <class T>
    [[nodiscard]] double score(const RowToSolve& task, Offset k, const T* x) const;
    [[nodiscard]] double residual(const RowToSolve& task, const float* x) const;

    const RowSolver& solver_;
    const RowContext& context_;
    const RowObjective& objective_;
    RowOrigin origin_;
    std::vector<float> targets_;
};

}  // namespace alster
