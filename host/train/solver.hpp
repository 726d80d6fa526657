#pragma once
#include <functional>
#include <memory>
#include <utility>

#include "data/error.hpp"
#include "distributed/communicator.hpp"
#include "distributed/factor_exchange.hpp"
#include "distributed/heartbeat.hpp"
#include "distributed/reproducible_sum.hpp"
#include "distributed/row_partition.hpp"
#include "host/report/stopwatch.hpp"
#include "host/train/audit.hpp"
#include "host/train/factor_side.hpp"
#include "host/train/options.hpp"
#include "host/train/split_solve.hpp"
#include "kernels/backend.hpp"

namespace alster {

/// A matrix in host memory; for what reads two at once, of which a backend may show one only.
template <Backend B>
std::vector<float> host_copy(const B& backend, const typename B::Matrix& matrix)
{
    std::vector<float> copy;
    backend.read_on_host(matrix, [&](std::span<const float> values) { copy.assign(values.begin(), values.end()); });
    return copy;
}

/// What one half-step did, on all ranks together.
struct HalfStep {
    Side solved = Side::users;
    double objective = 0;  // after it
    double basis_s = 0;    // Gramian, eigenproblem and rotation
    double exchange_s = 0;
    double solve_s = 0;                     // of the slowest rank
    double imbalance = 1;                   // slowest over mean
    std::vector<double> rank_solve_s = {};  // (ranks)
    std::int64_t dual_rows = 0;
    std::int64_t retried_rows = 0;
};

/// A row whose factors are not finite; the job turns it into a message with the row's id.
struct NotFinite {
    Side side;
    Row row;
};

/// Alternating least squares in the principal basis (docs/mathematics.md), rows spread over the ranks.
template <Backend B>
class Solver {
public:
    using Side = FactorSide<B>;

    Solver(const Communicator& ranks, const B& backend, const TrainOptions& options)
        : ranks_(ranks), backend_(backend), options_(options)
    {
    }

    /// Fixes one side and solves the other: called with (users, items), then with (items, users), it makes one sweep.
    HalfStep half_step(Side& solved, Side& fixed)
    {
        HalfStep step{.solved = solved.side};
        Stopwatch watch;

        enter_phase(solved.side == alster::Side::users ? "principal basis of items" : "principal basis of users");
        // G = YᵀY = Q Λ Qᵀ, Y ← Y Q: now every row's base matrix α0 G + λ_u is diagonal
        const RowObjective objective = rotate_to_principal_basis(fixed);
        step.basis_s = watch.lap();

        enter_phase(solved.side == alster::Side::users ? "exchange of items" : "exchange of users");
        // bring the rows of Y that this rank's interactions name
        const auto& Y = gather(fixed);
        step.exchange_s = watch.lap();

        enter_phase(solved.side == alster::Side::users ? "solving users" : "solving items");
        // x_u = (diag(α0 Λ + λ_u) + Σ c y yᵀ)⁻¹ Σ c p y
        SolveReport report = backend_.solve(solved.interactions, Y, objective, solved.factors);
        if constexpr (SplitsRows<B>)
            if (solved.split.parts > 0) SplitSolve<B>(ranks_, backend_, solved, Y, objective).run(report);
        enter_phase("objective");
        account(step, report, watch.lap());
        require_finite(solved, report);

        step.objective = objective_after(solved, fixed, objective, report);
        objective_ = objective;
        step.basis_s += watch.lap();  // the Gramian of X, which the next half-step starts from
        return step;
    }

    /// Checks rows of the half-step that was just made. Collective.
    [[nodiscard]] Audit audit(const Side& solved, const Side& fixed)
    {
        const auto& interactions = backend_.interactions(solved.interactions);
        const Row width = options_.width();
        Audit mine;
        const auto X = host_copy(backend_, solved.factors);
        backend_.read_on_host(fixed.exchange->trivial() ? fixed.factors : fixed.table, [&](std::span<const float> Y) {
            mine = audit_rows(interactions, {Y, static_cast<Row>(Y.size()) / width, width},
                              {X, interactions.rows(), width}, objective_);
        });
        return {ranks_.sum(mine.rows), ranks_.max(mine.largest_error)};
    }

    /// Turns both sides into the basis in which the items' Gramian is diagonal and descending: the canonical form of a
    /// finished model, whose first dimensions are its strongest.
    void canonicalize(Side& users, Side& items)
    {
        if (options_.unobserved_weight() == 0) return;
        const Spectrum spectrum = principal_basis(items);
        backend_.rotate(items.factors, spectrum);
        backend_.rotate(users.factors, spectrum);
    }

    /// To be called once for the side that is fixed first, whose factors are the start.
    void begin_with(Side& side) { update_gramian(side); }

private:
    RowObjective rotate_to_principal_basis(Side& fixed)
    {
        const double alpha0 = options_.unobserved_weight();
        const bool biased = options_.is_explicit();
        RowObjective objective{.base = std::vector<double>(options_.width()),
                               .lambda = options_.lambda,
                               .nu = options_.nu,
                               .count_offset = alpha0 * static_cast<double>(fixed.partition.rows()),
                               .biased = biased,
                               .bias_lambda = options_.bias_lambda < 0 ? options_.lambda : options_.bias_lambda};
        if (alpha0 == 0) return objective;
        const Spectrum spectrum = principal_basis(fixed);
        backend_.rotate(fixed.factors, spectrum);
        for (std::size_t a = 0; a < objective.base.size(); ++a) objective.base[a] = alpha0 * spectrum.values[a];
        return objective;
    }

    /// One eigenproblem for all: two of them need not agree in the last bit.
    Spectrum principal_basis(const Side& side)
    {
        const auto w = static_cast<std::size_t>(options_.width());
        Spectrum spectrum{std::vector<double>(w), std::vector<double>(w * w)};
        if (ranks_.leads()) spectrum = backend_.principal_basis(side.gramian, options_.width());
        ranks_.broadcast(spectrum.values);
        ranks_.broadcast(spectrum.vectors);
        return spectrum;
    }

    const typename B::Matrix& gather(Side& fixed)
    {
        if (fixed.exchange->trivial()) return fixed.factors;
        const Row width = options_.width();
        backend_.exchange(fixed.factors, fixed.table, fixed.exchange->staging(width),
                          [&](const RowBuffers& rows) { fixed.exchange->gather(rows, width); });
        return fixed.table;
    }

    void update_gramian(Side& side)
    {
        if (options_.unobserved_weight() == 0) return;
        // |G_ab| ≤ Σ |y_a y_b| ≤ rows · max²
        const double largest = ranks_.max(backend_.largest(side.factors));
        ExactSum sum(triangle_size(options_.width()), static_cast<double>(side.partition.rows()) * largest * largest);
        backend_.gramian(side.factors, sum);
        ranks_.sum(sum);
        side.gramian = sum.values();
    }

    /// L = Σ c (p − x·y)² + α0 ⟨XᵀX, YᵀY⟩ + Σ λ_u‖x_u‖² + Σ λ_i‖y_i‖², where YᵀY = Λ is diagonal
    double objective_after(Side& solved, const Side& fixed, const RowObjective& objective, const SolveReport& report)
    {
        const auto sum = [&](const std::vector<double>& rows) {
            return reproducible_sum(ranks_, rows, solved.partition.rows(), rows_per_chunk);
        };
        solved.penalty = sum(report.penalties);
        double value = sum(report.residuals) + solved.penalty + fixed.penalty;
        update_gramian(solved);
        if (options_.unobserved_weight() == 0) return value;
        for (Row a = 0; a < options_.width(); ++a) value += objective.base[a] * solved.gramian[triangle_index(a, a)];
        return value;
    }

    void account(HalfStep& step, const SolveReport& report, double seconds)
    {
        const auto all = ranks_.all_gather(seconds);
        double total = 0;
        for (const double s : all) {
            step.solve_s = std::max(step.solve_s, s);
            total += s;
        }
        step.rank_solve_s = all;
        step.imbalance = total > 0 ? step.solve_s * ranks_.size() / total : 1;
        step.dual_rows = ranks_.sum(report.dual);
        step.retried_rows = ranks_.sum(report.retried);
    }

    void require_finite(const Side& solved, const SolveReport& report)
    {
        // agreed on by all ranks, so that they stop together and the first of them speaks
        const Row first = solved.partition.of(ranks_.rank()).first;
        const Row failed = ranks_.max(report.failed < 0 ? Row{-1} : first + report.failed);
        if (failed >= 0) throw NotFinite{solved.side, failed};
    }

    const Communicator& ranks_;
    const B& backend_;
    const TrainOptions& options_;
    RowObjective objective_;  // of the last half-step
};

}  // namespace alster
