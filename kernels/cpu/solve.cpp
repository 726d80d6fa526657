#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "kernels/cpu/aligned_floats.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/long_rows.hpp"
#include "kernels/cpu/prior_row.hpp"
#include "kernels/cpu/row_tasks.hpp"
#include "kernels/exact_row.hpp"

namespace alster {

namespace {

/// Cuts the places of each batch into what a thread takes at a time: sixteen short rows, or one long one, for which all
/// others might wait.
std::vector<RowRange> portions_of(const CpuBackend::Shard& shard)
{
    constexpr Row most_rows = 16;
    constexpr Offset enough_entries = 2048;
    std::vector<RowRange> portions;
    for (const auto [first, last] : shard.batches)
        for (Row place = first; place < last; place = portions.back().last) {
            portions.push_back({place, place});
            Row& end = portions.back().last;
            for (Offset entries = 0; end < last && end - place < most_rows && entries < enough_entries; ++end)
                entries += shard.interactions.entries(shard.order[end]);
        }
    return portions;
}

/// Lets the rows that v needs be fetched while this row is solved.
void announce(const Interactions& interactions, Row v, RowToSolve& task)
{
    task.next_columns = interactions.columns.data() + interactions.offsets[v];
    task.next_n = interactions.entries(v);
}

}  // namespace

int CpuBackend::Shard::batch_at(Row place) const
{
    const auto batch = std::ranges::upper_bound(batches, place, {}, &RowRange::last);
    return static_cast<int>(batch - batches.begin());
}

CpuBackend::Shard CpuBackend::load(Interactions interactions, Row /*width*/, std::vector<RowRange> batches) const
{
    if (batches.empty()) batches.push_back({0, interactions.rows()});
    Shard shard;
    shard.interactions = std::move(interactions);
    shard.batches = std::move(batches);
    shard.order.resize(shard.interactions.rows());
    std::iota(shard.order.begin(), shard.order.end(), Row{0});
    for (const auto [first, last] : shard.batches)
        std::stable_sort(shard.order.begin() + first, shard.order.begin() + last,
                         [&](Row a, Row b) { return shard.interactions.entries(a) > shard.interactions.entries(b); });
    std::ranges::copy_if(shard.order, std::back_inserter(shard.long_rows),
                         [&](Row u) { return shard.interactions.entries(u) > entries_per_part_; });
    for (const Row u : shard.order) {
        const Offset entries = shard.interactions.entries(u);
        if (entries <= entries_per_part_) shard.longest = std::max(shard.longest, entries);
    }
    shard.portions = portions_of(shard);
    return shard;
}

SolveReport CpuBackend::solve(const Shard& shard, const Matrix& Y, const RowObjective& objective, Matrix& X,
                              const RowsReady& ready) const
{
    const Interactions& interactions = shard.interactions;
    const Row rows = interactions.rows();
    SolveReport report{std::vector<double>(rows), std::vector<double>(rows)};
    const int last_batch = static_cast<int>(shard.batches.size()) - 1;
    if (precision_ == Precision::bf16 && !ready(last_batch)) return report;  // the whole table is rounded first
    const auto* const table_in_bf16 = rounded(Y);
    const RowContext context{Y.values.data(),  Y.width,       objective.base.data(),
                             objective.biased, table_in_bf16, cg_steps_};
    const auto x_of = [&](Row u) { return std::span<float>(X.row(u), static_cast<std::size_t>(X.width)); };
    const auto is_finite = [&](Row u) { return std::isfinite(report.residuals[u] + report.penalties[u]); };
    const auto solve_in_fp64 = [&](Row u) {
        const ExactRow row = solve_exact_row(interactions, u, Y.table(), objective, x_of(u));
#pragma omp critical(alster_report)
        report.enter(u, row);
    };
    std::int64_t dual = 0;
    std::int64_t by_steps = 0;

#pragma omp parallel reduction(+ : dual, by_steps)
    {
        const AlignedFloats workspace = make_aligned_floats(row_solver_.workspace(Y.width, shard.longest));
        PriorRowSolver solver(row_solver_, context, objective, shard.longest);
        const auto solve_row = [&](Row k) {
            const Row u = shard.order[k];
            if (interactions.entries(u) > entries_per_part_ || !ready(shard.batch_at(k))) return;
            if (interactions.entries(u) == 0) return void(std::ranges::fill(x_of(u), 0.0F));
            RowToSolve task = task_of(interactions, u, objective);
            if (k + 1 < rows) announce(interactions, shard.order[k + 1], task);
            const RowResult row = solver.solve(u, task, workspace.get(), X.row(u));
            report.residuals[u] = row.residual;
            report.penalties[u] = row.penalty;
            dual += row.dual;
            by_steps += row.by_steps;
            if (row.solved && is_finite(u)) return;
            solve_in_fp64(u);
        };
#pragma omp for schedule(dynamic)
        for (std::size_t portion = 0; portion < shard.portions.size(); ++portion)
            for (Row k = shard.portions[portion].first; k < shard.portions[portion].last; ++k) solve_row(k);
    }
    report.dual = dual;
    report.by_steps = by_steps;
    if (shard.long_rows.empty() || !ready(last_batch)) return report;
    solve_long_rows(row_solver_, context, {interactions, shard.long_rows, entries_per_part_, Y.table()}, objective, X,
                    report);
    return report;
}

}  // namespace alster
