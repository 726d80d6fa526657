#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "kernels/cpu/aligned_floats.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/reference/reference_backend.hpp"

namespace alster {

namespace {

RowTask task_of(const Interactions& interactions, Row u, const RowObjective& objective)
{
    const Offset first = interactions.offsets[u];
    const Offset n = interactions.entries(u);
    const auto part = [&](const std::vector<float>& values) {
        return values.empty() ? nullptr : values.data() + first;
    };
    return {interactions.columns.data() + first, part(interactions.confidences),   part(interactions.preferences), n,
            objective.regularization(n),         objective.regularization(n, true)};
}

/// Lets the rows that v needs be fetched while this row is solved.
void announce(const Interactions& interactions, Row v, RowTask& task)
{
    task.next_columns = interactions.columns.data() + interactions.offsets[v];
    task.next_n = interactions.entries(v);
}

/// To the nearest bf16, ties to even; what is not a number stays so.
std::uint16_t rounded_to_bf16(float value)
{
    if (std::isnan(value)) return 0x7fc0;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

TableVector<std::uint16_t> rounded_to_bf16(const HostMatrix& Y)
{
    TableVector<std::uint16_t> rounded(Y.values.size());
#pragma omp parallel for
    for (std::size_t k = 0; k < rounded.size(); ++k) rounded[k] = rounded_to_bf16(Y.values[k]);
    return rounded;
}

}  // namespace

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
    const auto rounded = precision_ == Precision::bf16 ? rounded_to_bf16(Y) : TableVector<std::uint16_t>();
    const RowContext context{Y.values.data(), Y.width, objective.base.data(), objective.biased, rounded.data()};
    std::int64_t dual = 0;
    std::int64_t retried = 0;
    Row failed = -1;

#pragma omp parallel reduction(+ : dual, retried) reduction(max : failed)
    {
        const AlignedFloats workspace = make_aligned_floats(row_solver_.workspace(Y.width));
#pragma omp for schedule(dynamic, 16)
        for (Row k = 0; k < rows; ++k) {
            const Row u = shard.order[k];
            const std::span<float> x(X.row(u), static_cast<std::size_t>(X.width));
            if (interactions.entries(u) == 0) {
                std::fill(x.begin(), x.end(), 0.0F);
                continue;
            }
            RowTask task = task_of(interactions, u, objective);
            if (k + 1 < rows) announce(interactions, shard.order[k + 1], task);
            const RowResult row = row_solver_.solve(context, task, workspace.get(), x.data());
            report.residuals[u] = row.residual;
            report.penalties[u] = row.penalty;
            dual += row.dual;
            if (!row.solved || !std::isfinite(row.residual + row.penalty)) {
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
