#pragma once
#include "host/train/finish.hpp"
#include "host/train/rebalance.hpp"
#include "host/train/resume.hpp"

namespace alster {

/// How the sweeps of a run ended.
struct Ending {
    std::filesystem::path checkpoint = {};  // where it was saved, if it had to end early
    bool model = true;                      // whether a model is made of what is there

    [[nodiscard]] bool partial() const { return !checkpoint.empty(); }
};

/// The sweeps of one run on one backend.
template <Backend B>
class Training {
public:
    Training(const Job& job, const B& backend)
        : job_(job), backend_(backend), sides_(job, backend), solver_(job.ranks, backend, job.options.objective)
    {
        sides_.load(share_by_model(job.ranks, backend, job.options.row_cost(), job.dataset));
        if (job_.resumed)
            resume(job_, sides_, solver_, state_);
        else
            solver_.begin_with(sides_.items());
    }

    /// Sweeps until the run is done or has to end early.
    Ending run()
    {
        for (;;) {
            half_step();
            if (state_.whole_sweep() && end_sweep()) return {};
            const BorderDecision decision = job_.borders->decide();
            if (decision.save) {
                const auto path = save(job_, backend_, sides_, solver_, state_, last_step(), decision.why);
                if (decision.end) return {path, decision.model};
            }
            // at the last, for it drops what the items were solved from, by which a model is audited
            if (state_.whole_sweep() && ++sweeps_here_ == sweeps_before_rebalancing)
                rebalance(job_, backend_, sides_, solver_, {users_step_.rank_solve_s, items_step_.rank_solve_s},
                          sweeps_left());
        }
    }

    /// Completes a sweep that was begun, checks the result, solves the users for the items that are there, and writes
    /// the model: `partial` where the run had to end early. So a partial model is that of a run of so many sweeps.
    void finish(bool partial)
    {
        if (!state_.whole_sweep()) job_.log.last_half_step(state_, solve_next());
        if (items_step_.solved != Side::items)
            if (const auto recalled = recall_items(job_, sides_, solver_)) items_step_ = *recalled;
        if (items_step_.solved == Side::items) {
            require_near_fp64(job_, backend_, solver_, sides_.items(), sides_.users(),
                              {.precision = job_.precision, .by_steps = starts_from_old_rows(job_)}, items_step_);
            state_.objective = items_step_.objective;
        } else {
            job_.log.not_audited(Side::items, "the checkpoint does not hold what they were solved from");
        }
        last_half_step(job_, backend_, sides_, state_);
        write_model(job_, backend_, sides_, state_, partial);
    }

    [[nodiscard]] const TrainingState& state() const { return state_; }
    [[nodiscard]] double planned_memory() const { return sides_.planned_memory(); }

private:
    [[nodiscard]] int sweeps_left() const { return job_.options.sweeps - state_.sweeps(); }

    static constexpr int sweeps_before_rebalancing = 2;  // the first sweep's times are those of cold memory

    [[nodiscard]] const HalfStep& last_step() const { return state_.whole_sweep() ? items_step_ : users_step_; }

    HalfStep solve_next()
    {
        FactorSide<B>& fixed = sides_.solved_last(state_);
        FactorSide<B>& solved = sides_.solved_next(state_);
        const int sweep = state_.sweep_of_next();
        job_.log.half_step_begins(sweep, solved.side);
        HalfStep step = solver_.half_step(solved, fixed);
        step.gather(job_.ranks);
        require_descent(job_, step, state_.objective, sides_.stored_weight(), sweep);
        state_.add(step.objective, step.seconds());
        return (solved.side == Side::users ? users_step_ : items_step_) = step;
    }

    void half_step()
    {
        const int sweep = state_.sweep_of_next();
        const HalfStep step = solve_next();
        job_.log.half_step(step, sweep);
        job_.borders->took(step.seconds());
    }

    /// Measures and reports; returns whether it was the last sweep.
    bool end_sweep()
    {
        if (const auto metric = sides_.measure(state_))
            state_.measured(*metric, sides_.is_better(metric->value, state_.best_metric));
        job_.log.sweep(state_, users_step_, items_step_);
        if (state_.sweeps() >= job_.options.sweeps) return true;
        if (!state_.out_of_patience(job_.options.patience)) return false;
        job_.log.out_of_patience(state_);
        return true;
    }

    const Job& job_;
    const B& backend_;
    RunSides<B> sides_;
    Solver<B> solver_;
    TrainingState state_;
    int sweeps_here_ = 0;  // of this process
    HalfStep users_step_;
    HalfStep items_step_;
};

}  // namespace alster
