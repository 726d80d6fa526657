#include "kernels/cpu/long_rows.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "kernels/cpu/row_parts.hpp"
#include "kernels/exact_row.hpp"
#include "kernels/normal_equations.hpp"
#include "kernels/pivots.hpp"

namespace alster {

namespace {

constexpr std::size_t wave_bytes = std::size_t{64} << 20;  // of parts that are in memory together
constexpr std::size_t least_parts = 16;                    // where a part's equations are large themselves

/// Positions of the parts at which a row begins, and their end.
std::vector<std::size_t> row_borders(std::span<const PartOfRow> parts)
{
    std::vector<std::size_t> borders;
    for (std::size_t p = 0; p < parts.size(); ++p)
        if (p == 0 || parts[p].row != parts[p - 1].row) borders.push_back(p);
    borders.push_back(parts.size());
    return borders;
}

/// Row u from parts in fp64, as ranks that share a row do it: in halves that are summed in the order of parts.
NormalEquations equations_in_fp64(const LongRows& long_rows, Row u, bool biased)
{
    const std::size_t size = equations_size(long_rows.Y.width);
    const Offset n = long_rows.interactions.entries(u);
    NormalEquations sum(long_rows.Y.width);
    std::vector<float> halves(2 * size);
    for (Offset first = 0; first < n; first += long_rows.part) {
        exact_equations_in_halves(long_rows.interactions, {u, first, std::min(long_rows.part, n - first)}, long_rows.Y,
                                  biased, halves);
        sum.add(std::span(halves).first(size));
        sum.add(std::span(halves).last(size));
    }
    return sum;
}

/// Solves those that are marked unsound again.
void solve_in_fp64(const LongRows& long_rows, const std::vector<char>& unsound, const RowObjective& objective,
                   HostMatrix& X, SolveReport& report)
{
#pragma omp parallel for schedule(dynamic)
    for (std::size_t k = 0; k < long_rows.rows.size(); ++k) {
        const Row u = long_rows.rows[k];
        if (!unsound[u]) continue;
        const auto solution =
            equations_in_fp64(long_rows, u, objective.biased)
                .solve(objective, u, long_rows.interactions.entries(u), {X.row(u), static_cast<std::size_t>(X.width)});
        report.penalties[u] = solution.penalty;
#pragma omp critical(alster_report)
        {
            ++report.retried;
            if (!(solution.least_share > least_pivot_share_in_fp64)) report.unsolved = std::max(report.unsolved, u);
        }
    }
}

}  // namespace

void solve_long_rows(const RowSolver& solver, const RowContext& context, const LongRows& long_rows,
                     const RowObjective& objective, HostMatrix& X, SolveReport& report)
{
    const Interactions& interactions = long_rows.interactions;
    std::vector<char> unsound(interactions.rows());
    const auto parts = cut_rows(interactions, long_rows.rows, long_rows.part);
    const std::size_t size = equations_size(X.width);
    const std::size_t most = std::max(least_parts, wave_bytes / (sizeof(float) * size));
    std::optional<NormalEquations> begun;  // the sum of a row whose parts do not end with a wave
    for (std::size_t first = 0; first < parts.size(); first += most) {
        const auto wave = std::span(parts).subspan(first, std::min(most, parts.size() - first));
        const auto equations = assemble_parts(solver, context, interactions, wave);
        const auto borders = row_borders(wave);
        std::optional<NormalEquations> unfinished;
#pragma omp parallel for schedule(dynamic)
        for (std::size_t r = 0; r < borders.size() - 1; ++r) {
            NormalEquations sum = wave[borders[r]].first > 0 ? *std::exchange(begun, {}) : NormalEquations(X.width);
            for (std::size_t p = borders[r]; p < borders[r + 1]; ++p)
                sum.add(std::span(equations).subspan(p * size, size));
            const PartOfRow& last = wave[borders[r + 1] - 1];
            const Offset n = interactions.entries(last.row);
            if (last.first + last.count < n) {
                unfinished = std::move(sum);
                continue;
            }
            const auto solution =
                sum.solve(objective, last.row, n, {X.row(last.row), static_cast<std::size_t>(X.width)});
            report.penalties[last.row] = solution.penalty;
            unsound[last.row] = !(solution.least_share > least_pivot_share);
        }
        begun = std::move(unfinished);
    }
    solve_in_fp64(long_rows, unsound, objective, X, report);
    const auto residuals = part_residuals(solver, context, interactions, parts, X);
    for (std::size_t p = 0; p < parts.size(); ++p) report.residuals[parts[p].row] += residuals[p];
    for (const Row u : long_rows.rows)
        if (!std::isfinite(report.residuals[u] + report.penalties[u])) report.failed = std::max(report.failed, u);
}

}  // namespace alster
