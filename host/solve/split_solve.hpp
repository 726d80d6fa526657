#pragma once
#include <cmath>

#include "distributed/redistribution.hpp"
#include "host/solve/factor_side.hpp"
#include "kernels/exact_row.hpp"
#include "kernels/host_matrix.hpp"
#include "kernels/normal_equations.hpp"
#include "kernels/pivots.hpp"

namespace alster {

/// Solves the rows of one side that are split over the ranks: each rank assembles the parts that it holds, the owner of
/// a row sums them in their order and solves, and each measures the residuals of its parts.
template <SplitsRows B>
class SplitSolve {
public:
    SplitSolve(const Communicator& ranks, const B& backend, FactorSide<B>& solved, const HostMatrix& Y,
               const RowObjective& objective)
        : ranks_(ranks),
          backend_(backend),
          solved_(solved),
          split_(solved.split),
          Y_(Y),
          objective_(objective),
          own_(solved.partition.of(ranks.rank())),
          mine_(split_.among(own_))
    {
    }

    /// Writes this rank's split rows of the factors and of the report. Collective.
    void run(SolveReport& report)
    {
        solve(report);
        add_residuals(report);
        for (const SplitRow& row : mine_) {
            const Row u = row.row - own_.first;
            if (!std::isfinite(report.residuals[u] + report.penalties[u])) report.failed = std::max(report.failed, u);
        }
    }

private:
    /// Runs f(positions among this rank's parts) for each wave.
    template <class F>
    void each_wave(F&& f)
    {
        Row begin = 0;
        for (Row wave = 0; wave < split_.waves(ranks_.size()); ++wave) {
            const Row held = split_.holders(wave, ranks_.size()).of(ranks_.rank()).size();
            f(wave, RowRange{begin, begin + held});
            begin += held;
        }
    }

    void solve(SolveReport& report)
    {
        std::vector<std::int64_t> unsound(split_.rows.size());
        each_row(
            1, [&](Row, RowRange held) { return backend_.assemble(solved_.parts, held, Y_, objective_.biased); },
            [&](const SplitRow& row, const NormalEquations& sum) {
                unsound[&row - split_.rows.data()] = !(solve_row(row, sum, report) > least_pivot_share);
            });
        ranks_.sum(std::span(unsound));
        if (std::ranges::max(unsound) > 0) solve_in_fp64(unsound, report);
    }

    /// Sums of what fp32 cannot hold travel as two floats each.
    void solve_in_fp64(std::span<const std::int64_t> unsound, SolveReport& report)
    {
        each_row(
            2, [&](Row, RowRange held) { return equations_in_fp64(unsound, held); },
            [&](const SplitRow& row, const NormalEquations& sum) {
                if (!unsound[&row - split_.rows.data()]) return;
                const Row u = row.row - own_.first;
                if (!(solve_row(row, sum, report) > least_pivot_share_in_fp64)) report.unsolved = u;
                ++report.retried;
            });
    }

    /// The equations of the parts `held` of unsound rows, high halves and low halves; 0 of others.
    std::vector<float> equations_in_fp64(std::span<const std::int64_t> unsound, RowRange held) const
    {
        const std::size_t size = equations_size(Y_.width);
        const auto& parts = backend_.interactions(solved_.parts);
        const auto rows = split_.held_by(ranks_.rank(), ranks_.size());
        std::vector<float> halves(held.size() * 2 * size);
        for (Row p = held.first; p < held.last; ++p) {
            const auto row = std::ranges::lower_bound(split_.rows, rows[p].row, {}, &SplitRow::row);
            if (!unsound[row - split_.rows.begin()]) continue;
            exact_equations_in_halves(parts, {p, 0, parts.entries(p)}, Y_.table(), objective_.biased,
                                      std::span(halves).subspan((p - held.first) * 2 * size, 2 * size));
        }
        return halves;
    }

    /// Writes x and the penalty; returns the least share of a pivot (kernels/pivots.hpp).
    double solve_row(const SplitRow& row, const NormalEquations& sum, SolveReport& report)
    {
        const Row u = row.row - own_.first;
        const auto solution = sum.solve(objective_, u, row.entries, row_of(solved_.factors, u));
        report.penalties[u] = solution.penalty;
        return solution.least_share;
    }

    /// Runs f(row, its equations) for each of this rank's rows; assemble(wave, positions among this rank's parts) gives
    /// `terms` times the floats of each part's equations, all to be added.
    template <class Assemble, class F>
    void each_row(Row terms, Assemble&& assemble, F&& f)
    {
        const auto size = static_cast<Row>(equations_size(Y_.width));
        auto row = mine_.begin();
        Row added = 0;  // parts of *row
        NormalEquations sum(Y_.width);
        each_wave([&](Row wave, RowRange held) {
            const RowPartition owners = split_.owners(wave, solved_.partition);
            const auto equations =
                redistributed(ranks_, assemble(wave, held), split_.holders(wave, ranks_.size()), owners, terms * size);
            for (Row p = 0; p < owners.of(ranks_.rank()).size(); ++p) {
                for (Row t = 0; t < terms; ++t) sum.add(std::span(equations).subspan((p * terms + t) * size, size));
                if (++added < split_.parts_of(*row)) continue;
                f(*row, sum);
                sum = NormalEquations(Y_.width);
                added = 0;
                ++row;
            }
        });
    }

    void add_residuals(SolveReport& report)
    {
        const auto held = split_.held_by(ranks_.rank(), ranks_.size());
        const HostMatrix solutions = gather_solutions();
        std::vector<double> residuals;  // of all parts
        each_wave([&](Row, RowRange parts) {
            HostMatrix X(parts.size(), Y_.width);
            for (Row p = 0; p < parts.size(); ++p) {
                const auto row = std::ranges::lower_bound(split_.rows, held[parts.first + p].row, {}, &SplitRow::row);
                std::copy_n(solutions.row(row - split_.rows.begin()), Y_.width, X.row(p));
            }
            const auto of_wave = ranks_.all_gather(backend_.residuals(solved_.parts, parts, Y_, objective_.biased, X));
            residuals.insert(residuals.end(), of_wave.begin(), of_wave.end());
        });
        for (const SplitRow& row : mine_)
            for (Row p = 0; p < split_.parts_of(row); ++p)
                report.residuals[row.row - own_.first] += residuals[row.first_part + p];
    }

    /// The factors of all split rows, on every rank.
    HostMatrix gather_solutions()
    {
        std::vector<float> own;
        for (const SplitRow& row : mine_) {
            const auto x = row_of(solved_.factors, row.row - own_.first);
            own.insert(own.end(), x.begin(), x.end());
        }
        std::vector<Row> counts;
        for (int rank = 0; rank < ranks_.size(); ++rank)
            counts.push_back(std::ssize(split_.among(solved_.partition.of(rank))));
        HostMatrix all(std::ssize(split_.rows), Y_.width);
        ranks_.all_gather_rows(own, all.values, counts, Y_.width);
        return all;
    }

    static std::span<float> row_of(HostMatrix& X, Row row) { return {X.row(row), static_cast<std::size_t>(X.width)}; }

    const Communicator& ranks_;
    const B& backend_;
    FactorSide<B>& solved_;
    const SplitRows& split_;
    const HostMatrix& Y_;
    const RowObjective& objective_;
    RowRange own_;
    std::span<const SplitRow> mine_;
};

}  // namespace alster
