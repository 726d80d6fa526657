#pragma once
#include "host/train/run_info.hpp"
#include "host/train/run_sides.hpp"

namespace alster {

/// Whether a half-step needs what the side that it solves was before.
[[nodiscard]] inline bool starts_from_old_rows(const Job& job) { return job.options.solve.cg_steps > 0; }

/// Sets the factors that the next half-step fixes, and their penalty Σ λ_r‖row‖². Collective.
template <Backend B>
void begin_with(RunSides<B>& sides, Solver<B>& solver, FactorSide<B>& side, std::span<const float> factors,
                double penalty)
{
    side.penalty = penalty;
    sides.set_factors(side, factors);
    solver.begin_with(side);
}

/// Goes on from the job's checkpoint. Collective.
template <Backend B>
void resume(const Job& job, RunSides<B>& sides, Solver<B>& solver, TrainingState& state)
{
    const CheckpointReader& checkpoint = job.resumed->reader;
    state = TrainingState(checkpoint.info());
    sides.set_prior_of(Side::users, checkpoint.info().user_prior);
    sides.set_prior_of(Side::items, checkpoint.info().item_prior);
    FactorSide<B>& side = sides.solved_last(state);
    begin_with(sides, solver, side, checkpoint.factors(sides.rows_of(side)), checkpoint.info().penalty);
    FactorSide<B>& next = sides.solved_next(state);
    if (starts_from_old_rows(job)) sides.set_factors(next, checkpoint.start(sides.rows_of(next)));
    job.log.resumed(*job.resumed, job.arithmetic);
}

/// The half-step before a checkpoint, where that holds both sides: as if `solver` had just made it. Collective.
template <Backend B>
std::optional<HalfStep> recall_items(const Job& job, RunSides<B>& sides, Solver<B>& solver)
{
    const CheckpointInfo& info = job.resumed->reader.info();
    if (info.start_rows == 0) return std::nullopt;
    sides.users().penalty = info.start_penalty;
    const auto& prior = sides.items().prior;
    solver.recall(sides.users(), info.base, prior ? prior->of_rows(info.solved_map) : nullptr);
    return HalfStep{.solved = Side::items, .objective = info.objective, .retried_rows = info.retried_rows};
}

/// Writes a checkpoint of what the next half-step starts from; `last_step` is the one that was made. Returns its path.
/// Collective.
template <Backend B>
std::filesystem::path save(const Job& job, const B& backend, RunSides<B>& sides, const Solver<B>& solver,
                           const TrainingState& state, const HalfStep& last_step, const std::string& why)
{
    const auto to_save = [&](const FactorSide<B>& side, std::span<const float> factors) {
        return SideToSave{{sides.rows_of(side).first, factors}, side.partition.rows(), side.penalty};
    };
    const FactorSide<B>& last = sides.solved_last(state);
    const SavedPriors priors{sides.prior_of(sides.users()), sides.prior_of(sides.items())};
    std::filesystem::path path;
    if (starts_from_old_rows(job))
        sides.on_host([&](const TrainedRows& users, const TrainedRows& items) {
            SideToSave solved = to_save(sides.users(), users.factors);
            SideToSave start = to_save(sides.items(), items.factors);
            if (&last == &sides.items()) std::swap(solved, start);
            const auto& prior = solver.row_objective().prior;
            path = save(job, state, solved,
                        {start, solver.row_objective().base, last_step.retried_rows,
                         prior ? prior->map : std::vector<double>()},
                        priors, why);
        });
    else
        backend.read_on_host(last.factors, [&](std::span<const float> factors) {
            path = save(job, state, to_save(last, factors), {}, priors, why);
        });
    return path;
}

}  // namespace alster
