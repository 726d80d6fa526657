#include "kernels/cpu/prior_row.hpp"

#include "data/bf16.hpp"

namespace alster {

namespace {

double preference(const RowToSolve& task, Offset k) { return task.preferences ? task.preferences[k] : 1; }

}  // namespace

PriorRowSolver::PriorRowSolver(const RowSolver& solver, const RowContext& context, const RowObjective& objective,
                               Offset longest)
    : solver_(solver),
      context_(context),
      objective_(objective),
      origin_(objective.prior ? context.width : 0),
      targets_(objective.prior ? static_cast<std::size_t>(longest) : 0)
{
}

/// y_a of the row's entry k, as the solver reads it.
float PriorRowSolver::element(const RowToSolve& task, Offset k, Row a) const
{
    const Offset at = task.columns[k] * context_.width + a;
    return context_.rounded ? from_bf16(context_.rounded[at]) : context_.table[at];
}

/// x·y of entry k, in the biased form x·[y, 1].
template <class T>
double PriorRowSolver::score(const RowToSolve& task, Offset k, const T* x) const
{
    const Row factors = context_.width - (context_.biased ? 1 : 0);
    double sum = context_.biased ? static_cast<double>(x[factors]) : 0;
    for (Row a = 0; a < factors; ++a) sum += static_cast<double>(x[a]) * element(task, k, a);
    return sum;
}

double PriorRowSolver::residual(const RowToSolve& task, const float* x) const
{
    double sum = 0;
    for (Offset k = 0; k < task.n; ++k) {
        const double bias = context_.biased ? element(task, k, context_.width - 1) : 0;
        const double error = preference(task, k) - bias - score(task, k, x);
        sum += (task.confidences ? task.confidences[k] : 1.0F) * error * error;
    }
    return sum;
}

RowResult PriorRowSolver::solve(Row u, const RowToSolve& task, float* workspace, float* x)
{
    if (!objective_.prior || !origin_.set(objective_, u, task.n)) return solver_.solve(context_, task, workspace, x);
    const auto x0 = origin_.start();
    for (Offset k = 0; k < task.n; ++k)
        targets_[k] = static_cast<float>(preference(task, k) - score(task, k, x0.data()));
    RowToSolve shifted = task;
    shifted.preferences = targets_.data();
    for (std::size_t a = 0; a < x0.size(); ++a) x[a] = static_cast<float>(x[a] - x0[a]);  // where steps start
    RowResult row = solver_.solve(context_, shifted, workspace, x);
    if (!row.solved) return row;
    for (std::size_t a = 0; a < x0.size(); ++a) x[a] = static_cast<float>(x[a] + x0[a]);
    row.residual = residual(task, x);
    row.penalty = origin_.penalty({x, x0.size()});
    return row;
}

}  // namespace alster
