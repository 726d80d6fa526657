#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/long_rows.hpp"
#include "kernels/cpu/row_tasks.hpp"
#include "kernels/reference/reference_backend.hpp"

namespace alster {

CpuBackend::Shard CpuBackend::load(Interactions interactions, Row /*width*/) const
{
    Shard shard{std::move(interactions), {}};
    shard.order.resize(shard.interactions.rows());
    std::iota(shard.order.begin(), shard.order.end(), Row{0});
    std::stable_sort(shard.order.begin(), shard.order.end(),
                     [&](Row a, Row b) { return shard.interactions.entries(a) > shard.interactions.entries(b); });
    return shard;
}

SolveReport CpuBackend::solve(const Shard& shard, const Matrix& Y, const RowObjective& objective, Matrix& X) const
{
    const Interactions& interactions = shard.interactions;
    const Row rows = interactions.rows();
    SolveReport report{std::vector<double>(rows), std::vector<double>(rows)};
    const RowContext context{Y.values.data(), Y.width, objective.base.data(), objective.biased};
    const auto short_rows =
        std::ranges::partition_point(shard.order, [&](Row u) { return interactions.entries(u) > entries_per_part_; });
    solve_long_rows(row_solver_, context, interactions, {shard.order.begin(), short_rows}, entries_per_part_, objective,
                    X, report);
    const Row first_short = short_rows - shard.order.begin();
    std::int64_t dual = 0;
    std::int64_t retried = 0;
    Row failed = -1;

#pragma omp parallel reduction(+ : dual, retried) reduction(max : failed)
    {
        const Workspace workspace = make_workspace(row_solver_.workspace(Y.width));
#pragma omp for schedule(dynamic, 16)
        for (Row k = 0; k < rows; ++k) {
            const Row u = shard.order[k];
            const std::span<float> x(X.row(u), static_cast<std::size_t>(X.width));
            if (interactions.entries(u) == 0) {
                std::fill(x.begin(), x.end(), 0.0F);
                continue;
            }
            bool solved = true;
            if (k >= first_short) {
                const RowResult row =
                    row_solver_.solve(context, task_of(interactions, u, objective), workspace.get(), x.data());
                report.residuals[u] = row.residual;
                report.penalties[u] = row.penalty;
                dual += row.dual;
                solved = row.solved;
            }
            if (!solved || !std::isfinite(report.residuals[u] + report.penalties[u])) {
                const auto [residual, penalty] = solve_reference_row(interactions, u, Y.table(), objective, x);
                report.residuals[u] = residual;
                report.penalties[u] = penalty;
                ++retried;
            }
            if (!std::isfinite(report.residuals[u] + report.penalties[u])) failed = std::max(failed, u);
        }
    }
    report.dual = dual;
    report.retried = retried;
    report.failed = failed;
    return report;
}

}  // namespace alster
