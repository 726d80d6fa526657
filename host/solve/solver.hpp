#pragma once
#include <omp.h>

#include <array>

#include "data/error.hpp"
#include "distributed/communicator.hpp"
#include "distributed/factor_exchange.hpp"
#include "distributed/heartbeat.hpp"
#include "distributed/reproducible_sum.hpp"
#include "distributed/row_partition.hpp"
#include "host/machine/stopwatch.hpp"
#include "host/solve/exchange_thread.hpp"
#include "host/solve/factor_side.hpp"
#include "host/solve/half_step.hpp"
#include "host/solve/split_solve.hpp"
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

/// Alternating least squares in the principal basis (docs/mathematics.md), rows spread over the ranks.
template <Backend B>
class Solver {
public:
    using Side = FactorSide<B>;

    Solver(const Communicator& ranks, const B& backend, const Objective& objective)
        : ranks_(ranks), backend_(backend), objective_(objective)
    {
    }

    /// One iteration of alternating least squares: fixes the items and solves the users, then the mirror.
    std::array<HalfStep, 2> sweep(Side& users, Side& items)
    {
        return {half_step(users, items), half_step(items, users)};
    }

    /// Fixes one side and solves the other.
    HalfStep half_step(Side& solved, Side& fixed)
    {
        HalfStep step{.solved = solved.side};
        Stopwatch watch;

        enter_phase(solved.side == alster::Side::users ? "principal basis of items" : "principal basis of users");
        // G = YᵀY = Q Λ Qᵀ, Y ← Y Q: now every row's base matrix α0 G + λ_u is diagonal
        RowObjective objective = rotate_to_principal_basis(fixed, solved);
        if (solved.prior) objective.prior = solved.prior->of_rows();
        step.basis_s = watch.lap();

        // bring the rows of Y that this rank's interactions name; x_u = (diag(α0 Λ + λ_u) + Σ c y yᵀ)⁻¹ Σ c p y
        SolveReport report = exchange_and_solve(step, solved, fixed, objective);
        row_objective_ = objective;
        finish(step, solved, fixed, report);
        return step;
    }

    /// Turns the rows that the last half-step solved into the basis that its fixed side had before: X ← X Qᵀ.
    void turn_back(Side& solved) const
    {
        if (objective_.unobserved_weight() == 0) return;
        const auto w = static_cast<std::size_t>(objective_.width());
        Spectrum back{basis_.values, std::vector<double>(w * w)};
        for (std::size_t a = 0; a < w; ++a)
            for (std::size_t b = 0; b < w; ++b) back.vectors[a * w + b] = basis_.vectors[b * w + a];
        backend_.rotate(solved.factors, back, BasisFor::model);
    }

    /// How rows are solved again.
    enum class Again { without_steps, in_fp64 };

    /// Solves the side of the half-step that was just made again, from the same fixed side: all rows but those that are
    /// split over ranks, which are assembled as before. Collective.
    HalfStep solve_again(Side& solved, const Side& fixed, Again how)
    {
        HalfStep step{.solved = solved.side};
        const Stopwatch watch;
        enter_phase("solving rows again");
        SolveReport report = how == Again::in_fp64 ? rows_in_fp64(solved, fixed) : rows_without_steps(solved, fixed);
        step.solve_s = watch.elapsed();
        finish(step, solved, fixed, report);
        return step;
    }

    /// As if this solver had just solved the other side from `fixed`, with this row_objective().base and prior: audit()
    /// and solve_again() may follow. Both sides have their factors of then. Collective.
    void recall(Side& fixed, std::vector<double> base, std::shared_ptr<const RowPrior> prior)
    {
        enter_phase("exchange of what a checkpoint was solved from");
        row_objective_ = objective_.of_row(fixed.partition.rows());
        row_objective_.base = std::move(base);
        row_objective_.prior = std::move(prior);
        if (!fixed.exchange->trivial()) gather(fixed, [](int) {});
    }

    /// To be called once for the side that is fixed first, whose factors are the start.
    void begin_with(Side& side) { update_gramian(side, BasisFor::rows); }

    /// What the rows of the last half-step minimised.
    [[nodiscard]] const RowObjective& row_objective() const { return row_objective_; }

    /// The rows of the fixed side that this rank's interactions name.
    static const typename B::Matrix& table_of(const Side& fixed)
    {
        return fixed.exchange->trivial() ? fixed.factors : fixed.table;
    }

private:
    /// From solved rows to what the half-step did.
    void finish(HalfStep& step, Side& solved, const Side& fixed, SolveReport& report)
    {
        if constexpr (SplitsRows<B>) solve_split_rows(step, solved, fixed, row_objective_, report);
        enter_phase("objective");
        step.count(report);
        const Row bytes = fixed.exchange->bytes_of_row(objective_.width());
        step.received_bytes = fixed.received.all * bytes;
        step.first_stage_bytes = fixed.received.first_stage * bytes;
        require_solved(ranks_, solved.side, solved.partition.of(ranks_.rank()).first, report);
        const Stopwatch watch;
        step.objective = objective_after(solved, fixed, row_objective_, report);
        step.basis_s += watch.elapsed();  // the Gramian of X, which the next half-step starts from
    }

    SolveReport rows_without_steps(Side& solved, const Side& fixed)
    {
        if constexpr (HasExactForm<B>)
            return backend_.exact().solve(solved.interactions, table_of(fixed), row_objective_, solved.factors);
        else
            return backend_.solve(solved.interactions, table_of(fixed), row_objective_, solved.factors);
    }

    SolveReport rows_in_fp64(Side& solved, const Side& fixed)
    {
        const Row width = objective_.width();
        std::vector<float> X(static_cast<std::size_t>(solved.partition.of(ranks_.rank()).size() * width));
        SolveReport report;
        backend_.read_on_host(table_of(fixed), [&](std::span<const float> Y) {
            report = solve_exact_rows(backend_.interactions(solved.interactions), {Y, std::ssize(Y) / width, width},
                                      row_objective_, X);
        });
        backend_.write_on_host(solved.factors, [&](std::span<float> to) { std::ranges::copy(X, to.begin()); });
        return report;
    }

    RowObjective rotate_to_principal_basis(Side& fixed, Side& solved)
    {
        const double alpha0 = objective_.unobserved_weight();
        RowObjective objective = objective_.of_row(fixed.partition.rows());
        if (alpha0 == 0) return objective;
        basis_ = principal_basis(fixed);
        backend_.rotate(fixed.factors, basis_, BasisFor::rows);
        backend_.rotate_start(solved.interactions, solved.factors, basis_);
        for (Side* side : {&fixed, &solved})
            if (side->prior) side->prior->turn(basis_);
        for (std::size_t a = 0; a < objective.base.size(); ++a) objective.base[a] = alpha0 * basis_.values[a];
        return objective;
    }

    /// One eigenproblem for all: two of them need not agree in the last bit.
    Spectrum principal_basis(const Side& side)
    {
        const auto w = static_cast<std::size_t>(objective_.width());
        Spectrum spectrum{std::vector<double>(w), std::vector<double>(w * w)};
        if (ranks_.leads()) spectrum = backend_.principal_basis(side.gramian, objective_.width());
        ranks_.broadcast(spectrum.values);
        ranks_.broadcast(spectrum.vectors);
        return spectrum;
    }

    /// Fills in this rank's part of the step's times.
    SolveReport exchange_and_solve(HalfStep& step, Side& solved, Side& fixed, const RowObjective& objective)
    {
        const bool users = solved.side == alster::Side::users;
        if (B::most_batches > 1 && fixed.exchange->stages() > 1 && ranks_.takes_threads()) {
            enter_phase(users ? "solving users while items arrive" : "solving items while users arrive");
            return solve_as_rows_arrive(step, solved, fixed, objective);
        }
        Stopwatch watch;
        enter_phase(users ? "exchange of items" : "exchange of users");
        if (!fixed.exchange->trivial()) gather(fixed, [](int) {});
        step.waited_s = step.exchange_s = watch.lap();
        enter_phase(users ? "solving users" : "solving items");
        SolveReport report = backend_.solve(solved.interactions, table_of(fixed), objective, solved.factors);
        step.solve_s = watch.lap();
        return report;
    }

    /// A batch of rows is solved while the rows that the next one needs are on their way.
    SolveReport solve_as_rows_arrive(HalfStep& step, Side& solved, Side& fixed, const RowObjective& objective)
    {
        Stopwatch watch;
        ExchangeThread exchange([&](const StagesArrived& arrived) { gather(fixed, arrived); });
        SolveReport report = backend_.solve(solved.interactions, fixed.table, objective, solved.factors,
                                            [&](int batch) { return exchange.wait_for(batch); });
        const double solved_s = watch.lap();
        exchange.finish();
        step.exchange_s = exchange.seconds();
        const double waited_s = exchange.waited() / omp_get_max_threads();
        step.waited_s = waited_s + watch.lap();
        step.solve_s = solved_s - waited_s;
        return report;
    }

    /// Rows of which all ranks hold parts, when all that they name has come.
    void solve_split_rows(HalfStep& step, Side& solved, const Side& fixed, const RowObjective& objective,
                          SolveReport& report)
    {
        if (solved.split.parts == 0) return;
        enter_phase("solving the rows that are split over ranks");
        const Stopwatch watch;
        SplitSolve<B>(ranks_, backend_, solved, table_of(fixed), objective).run(report);
        step.solve_s += watch.elapsed();
    }

    void gather(Side& fixed, const StagesArrived& arrived)
    {
        const Row width = objective_.width();
        backend_.exchange(fixed.factors, fixed.table, fixed.exchange->staging(width),
                          [&](const RowBuffers& rows) { fixed.exchange->gather(rows, width, arrived); });
    }

    void update_gramian(Side& side, BasisFor use)
    {
        if (objective_.unobserved_weight() == 0) return;
        // |G_ab| ≤ Σ |y_a y_b| ≤ rows · max²
        const double largest = ranks_.max(backend_.largest(side.factors));
        ExactSum sum(triangle_size(objective_.width()), static_cast<double>(side.partition.rows()) * largest * largest);
        backend_.gramian(side.factors, sum, use);
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
        if (solved.prior) solved.penalty = penalty_after_map_step(solved, objective);
        double value = sum(report.residuals) + solved.penalty + fixed.penalty;
        update_gramian(solved, BasisFor::rows);
        if (objective_.unobserved_weight() == 0) return value;
        for (Row a = 0; a < objective_.width(); ++a) value += objective.base[a] * solved.gramian[triangle_index(a, a)];
        return value;
    }

    /// Fits the map of the prior to the rows, where it is to be fitted: no step of the objective, which cannot rise.
    double penalty_after_map_step(Side& solved, const RowObjective& objective)
    {
        SidePrior& prior = *solved.prior;
        const double before = solved.penalty + prior.ridge_penalty(objective.prior->map, objective);
        if (!prior.fits()) return before;
        double after = 0;
        backend_.read_on_host(solved.factors, [&](std::span<const float> X) {
            prior.fit(ranks_, X);
            after = prior.penalty(ranks_, X, objective) + prior.ridge_penalty(prior.prior().map, objective);
        });
        if (!(after <= before * (1 + 0x1p-23)))
            throw Error(ExitCode::diverged,
                        "the penalty of {} rose from {:.9g} to {:.9g} when the map of their prior was "
                        "fitted: no right fit can do that; please report it",
                        name(solved.side), before, after);
        return after;
    }

    const Communicator& ranks_;
    const B& backend_;
    const Objective& objective_;
    RowObjective row_objective_;  // of the last half-step
    Spectrum basis_;              // into which it turned the fixed side
};

}  // namespace alster
