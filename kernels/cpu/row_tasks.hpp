#pragma once
#include "kernels/backend.hpp"
#include "kernels/cpu/isa/row_solver.hpp"

namespace alster {

/// `count` entries of a row from its entry `first` on; λ is that of no row.
[[nodiscard]] inline RowToSolve entries_of(const Interactions& interactions, Row row, Offset first, Offset count)
{
    const Offset begin = interactions.offsets[row] + first;
    const auto part = [&](const std::vector<float>& values) {
        return values.empty() ? nullptr : values.data() + begin;
    };
    return {interactions.columns.data() + begin,
            part(interactions.confidences),
            part(interactions.preferences),
            count,
            0,
            0};
}

[[nodiscard]] inline RowToSolve task_of(const Interactions& interactions, Row row, const RowObjective& objective)
{
    RowToSolve task = entries_of(interactions, row, 0, interactions.entries(row));
    task.lambda = objective.regularization(task.n);
    task.bias_lambda = objective.regularization(task.n, true);
    return task;
}

}  // namespace alster
