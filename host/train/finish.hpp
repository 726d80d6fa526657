#pragma once
#include "host/model/model_output.hpp"
#include "host/solve/audit.hpp"
#include "host/train/alignment.hpp"
#include "host/train/checks.hpp"
#include "host/train/run_info.hpp"
#include "host/train/run_sides.hpp"

namespace alster {

/// Holds rows of the half-step that `solver` has just made against fp64. Where one is not near enough the whole side is
/// solved again, without steps if there were any, then in fp64, and held against what such a solution may be off by.
/// Throws UnsolvedRow where that does not help. Collective.
template <Backend B>
void require_near_fp64(const Job& job, const B& backend, Solver<B>& solver, FactorSide<B>& solved,
                       const FactorSide<B>& fixed, AuditTerms terms, HalfStep& step)
{
    using Again = typename Solver<B>::Again;
    double bound = terms.bound(step);
    Audit found = audit(job.ranks, backend, solver, solved, fixed);
    for (const Again how : {Again::without_steps, Again::in_fp64}) {
        if (found.within(bound) || found.unsolved >= 0) break;
        if (how == Again::without_steps && !terms.by_steps) continue;
        job.log.solved_again(solved.side, found, bound);
        HalfStep again = solver.solve_again(solved, fixed, how);
        again.gather(job.ranks);
        step.objective = again.objective;
        step.solve_s += again.solve_s;
        step.cg_rows = again.cg_rows;
        step.retried_rows = again.retried_rows;
        // rows without steps are solved by the exact form of the backend, from a table in fp32
        terms = {.precision = Precision::fp32, .by_steps = false};
        bound = terms.bound(step);
        found = audit(job.ranks, backend, solver, solved, fixed);
    }
    if (!found.within(bound))
        throw UnsolvedRow{solved.side, found.unsolved >= 0 ? found.unsolved : found.farthest, true};
    job.log.audited(solved.side, found);
}

/// Users that are exact in fp32 for the items of the model: what anybody computes from these by the recipe of
/// docs/formats.md. It also leaves both sides in the basis in which the items' Gramian is diagonal and descending, the
/// canonical form of a model. Collective.
template <Backend B>
void last_half_step(const Job& job, const B& backend, RunSides<B>& sides, TrainingState& state)
{
    sides.items().exchange->travel_as(Wire::fp32);
    job.log.last_half_step_begins();
    const auto solve = [&](const B& exactly) {
        Solver<B> solver(job.ranks, exactly, job.options.objective);
        solver.begin_with(sides.items());
        HalfStep step = solver.half_step(sides.users(), sides.items());
        step.gather(job.ranks);
        require_descent(job, step, state.objective, sides.stored_weight(), state.sweeps());
        require_near_fp64(job, exactly, solver, sides.users(), sides.items(),
                          {.precision = HasExactForm<B> ? Precision::fp32 : job.precision, .by_steps = false}, step);
        state.add(step.objective, step.seconds());
        return step;
    };
    HalfStep step;
    if constexpr (HasExactForm<B>)
        step = solve(backend.exact());
    else
        step = solve(backend);
    if (const auto metric = sides.measure(state)) state.measured_at_last(*metric);
    job.log.last_half_step(state, step);
}

/// Turns both sides into the space of an earlier model, where one was named: scores stay, and so do lists. Collective.
template <Backend B>
std::optional<Alignment> align_if_asked(const Job& job, const B& backend, RunSides<B>& sides)
{
    if (job.options.align_to.empty()) return std::nullopt;
    enter_phase("aligning to an earlier model");
    std::optional<Alignment> alignment;
    sides.on_host([&](const TrainedRows& /*users*/, const TrainedRows& items) {
        alignment = align(job.ranks, job.options.align_to, job.dataset, job.options.objective, items);
    });
    backend.rotate(sides.users().factors, alignment->turn, BasisFor::model);
    backend.rotate(sides.items().factors, alignment->turn, BasisFor::model);
    for (FactorSide<B>* side : {&sides.users(), &sides.items()})
        if (side->prior) side->prior->turn(alignment->turn);
    job.log.line(fmt::format("aligned by {} items in common: cosine {:.4f}, before {:.4f}; residual {:.4f}",
                             alignment->common, alignment->cosine, alignment->cosine_before, alignment->residual));
    return alignment;
}

/// Writes the model of what is there: `partial` where the run had to end early. Collective.
template <Backend B>
void write_model(const Job& job, const B& backend, RunSides<B>& sides, const TrainingState& state, bool partial)
{
    ModelInfo info = describe(job, state, partial);
    if (const auto alignment = align_if_asked(job, backend, sides)) {
        info.parent_run_id = alignment->run_id;
        info.parent_space_id = alignment->space_id;
        info.align_residual = alignment->residual;
    }
    enter_phase("writing the model");
    sides.release();  // writing needs room of its own
    sides.on_host([&](const TrainedRows& users, const TrainedRows& items) {
        write_model(job.ranks, job.dataset, job.options.objective, info, users, items,
                    job.run ? job.run->unpublished_model() : job.model);
    });
}

}  // namespace alster
