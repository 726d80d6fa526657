#pragma once
#include <optional>

#include "host/machine/peak_memory.hpp"
#include "host/solve/sides.hpp"
#include "host/train/audited_step.hpp"
#include "host/train/job_context.hpp"
#include "host/train/model_output.hpp"
#include "host/train/rebalance.hpp"
#include "host/train/training_state.hpp"
#include "host/train/validation.hpp"

namespace alster {

/// Throws diverged (12) where a half-step raised the objective from `before` by more than rounding can. `stored`: the
/// stored part of the objective where all factors are 0.
void require_descent(const Job& job, const HalfStep& step, std::optional<double> before, double stored, int sweep);

void log_half_step(MetricsLog& log, const HalfStep& step, int sweep);

/// Prints and logs a half-step that finishes a model.
void report_last_half_step(const Job& job, const TrainingState& state, const HalfStep& step);

[[nodiscard]] inline double seconds_of(const HalfStep& step) { return step.basis_s + step.waited_s + step.solve_s; }

/// Prints and logs a whole sweep.
void report_sweep(const Job& job, const TrainingState& state, const HalfStep& users, const HalfStep& items);

/// What model.h5 says of the run.
[[nodiscard]] ModelInfo describe(const Job& job, const TrainingState& state, bool partial);

/// Prints and logs how the factors of one side come to the ranks, and what that moves. Collective.
void report_exchange(const Job& job, Side side, const FactorExchange& exchange, const ExchangeVolumes& volumes);

/// Prints and logs from where the run goes on.
void report_resume(const Job& job);

/// What a checkpoint gets of one side; nothing where it is default-constructed.
struct SideToSave {
    RowsToSave mine;
    Row all_rows = 0;
    double penalty = 0;
};

/// Where the next half-step starts from, which is also what the last one was solved from, and how that was done.
struct StartToSave {
    SideToSave side;
    std::vector<double> base;
    std::int64_t retried_rows = 0;
};

/// Writes a checkpoint of the side that was solved last and of where the next one starts from; says so in a line and
/// the log. Collective.
std::filesystem::path save(const Job& job, const TrainingState& state, const SideToSave& solved,
                           const StartToSave& start, const std::string& why);

/// How the sweeps of a run ended.
struct Ending {
    std::optional<std::filesystem::path> checkpoint;  // where it was saved, if it had to end early
    bool model = true;                                // whether a model is made of what is there

    [[nodiscard]] bool partial() const { return checkpoint.has_value(); }
};

/// What `alster train --json` prints, but for the times of reading and writing.
[[nodiscard]] nlohmann::json summarize(const Job& job, const TrainingState& state, const Ending& ending);

/// The sweeps of one run on one backend.
template <Backend B>
class Training {
public:
    Training(const Job& job, const B& backend)
        : job_(job), backend_(backend), solver_(job.ranks, backend, job.options.objective)
    {
        load(share_by_model(job.ranks, backend, job.options.row_cost(), job.dataset));
        if (job_.resumed)
            resume(job_.resumed->reader);
        else
            solver_.begin_with(sides_->items);
    }

    /// Sweeps until the run is done or has to end early.
    Ending run()
    {
        for (;;) {
            half_step();
            if (state_.whole_sweep() && end_sweep()) return {};
            const BorderDecision decision = job_.borders->decide();
            if (decision.save) {
                auto path = save(decision.why);
                if (decision.end) return {path, decision.model};
            }
            // at the last, for it drops what the items were solved from, by which a model is audited
            if (state_.whole_sweep() && ++sweeps_here_ == sweeps_before_rebalancing) rebalance();
        }
    }

    /// Completes a sweep that was begun, checks the result, solves the users for the items that are there, and writes
    /// the model: `partial` where the run had to end early. So a partial model is that of a run of so many sweeps.
    void finish(bool partial)
    {
        if (!state_.whole_sweep()) report_last_half_step(job_, state_, solve_next());
        if (items_step_.solved != Side::items) recall_items();
        if (items_step_.solved == Side::items) {
            audit(job_, solver_, items_step_, sides_->items, sides_->users,
                  {.precision = job_.precision, .by_steps = job_.options.solve.cg_steps > 0});
            state_.objective = items_step_.objective;
        } else
            report_no_audit(job_, Side::items, "the checkpoint does not hold what they were solved from");
        last_half_step();
        enter_phase("writing the model");
        for (auto* side : {&sides_->users, &sides_->items}) {  // writing needs room of its own
            side->interactions = {};
            side->table = {};
        }
        const auto path = job_.run ? job_.run->unpublished_model() : job_.model;
        on_host([&](const TrainedRows& users, const TrainedRows& items) {
            write_model(job_.ranks, job_.dataset, job_.options.objective, describe(job_, state_, partial), users, items,
                        path);
        });
    }

    [[nodiscard]] const TrainingState& state() const { return state_; }

    /// Bytes of host memory that this rank was to take.
    [[nodiscard]] double planned_memory() const { return planned_memory_; }

private:
    static constexpr int sweeps_before_rebalancing = 2;  // the first sweep's times are those of cold memory

    void load(Shares shares)
    {
        const Stopwatch watch;
        validation_.reset();
        sides_.reset();  // before others take its room
        const TrainOptions& options = job_.options;
        const MemorySettings settings = memory_settings(job_.dataset.info(), options.objective,
                                                        {.threads = omp_get_max_threads(),
                                                         .rounds = job_.precision == Precision::bf16,
                                                         .wire = options.solve.exchange.wire});
        auto loaded = load_sides(job_.ranks, backend_, options.objective, options.solve, job_.dataset,
                                 std::move(shares), settings);
        sides_.emplace(std::move(loaded.sides));
        planned_memory_ = loaded.planned_memory;
        validation_.emplace(job_.ranks, job_.dataset, options.objective, rows_of(sides_->users), job_.make_scorer);
        for (const auto* side : {&sides_->users, &sides_->items})
            if (job_.ranks.size() > 1) report_exchange(job_, side->side, *side->exchange, side->volumes);
        report_placement();
        stored_weight_ = stored_weight(job_.ranks, backend_, sides_->users);
        load_s_ = job_.ranks.max(watch.elapsed());
    }

    void report_placement() const
    {
        if constexpr (PlacesFactors<B>) {
            const auto ranks = job_.ranks.sum(std::int64_t{backend_.factors_on_host()});
            if (ranks > 0)
                job_.progress.line(fmt::format("factors of {} ranks lie in host memory, not on GPUs", ranks));
        }
    }

    /// Shares the rows out by measured times, where that pays. The users' factors only move where they are a start: the
    /// users are solved next.
    void rebalance()
    {
        enter_phase("sharing rows out anew");
        const MeasuredSweep measured{{sides_->users.partition, sides_->users.split},
                                     users_step_.rank_solve_s,
                                     {sides_->items.partition, sides_->items.split},
                                     items_step_.rank_solve_s};
        auto shares =
            rebalanced_shares(job_, measured, part_entries(backend_), load_s_, job_.options.sweeps - state_.sweeps());
        if (!shares) return;
        const double penalty = sides_->items.penalty;
        const auto items = moved(sides_->items, shares->items.rows);
        const auto users = starts_from_old_rows() ? moved(sides_->users, shares->users.rows) : std::vector<float>();
        load(std::move(*shares));
        if (starts_from_old_rows()) set_factors(sides_->users, users);
        begin_with(sides_->items, items, penalty);
    }

    /// The rows of one side that are this rank's by another partition.
    std::vector<float> moved(const FactorSide<B>& side, const RowPartition& to) const
    {
        std::vector<float> rows;
        backend_.read_on_host(side.factors, [&](std::span<const float> mine) {
            rows = redistributed(job_.ranks, mine, side.partition, to, job_.options.objective.width());
        });
        return rows;
    }

    void set_factors(FactorSide<B>& side, std::span<const float> factors) const
    {
        backend_.write_on_host(side.factors, [&](std::span<float> to) { std::ranges::copy(factors, to.begin()); });
    }

    /// The factors that the next half-step fixes.
    void begin_with(FactorSide<B>& side, std::span<const float> factors, double penalty)
    {
        side.penalty = penalty;
        set_factors(side, factors);
        solver_.begin_with(side);
    }

    /// Whether a half-step needs what the side that it solves was before.
    [[nodiscard]] bool starts_from_old_rows() const { return job_.options.solve.cg_steps > 0; }

    [[nodiscard]] RowRange rows_of(const FactorSide<B>& side) const { return side.partition.of(job_.ranks.rank()); }
    [[nodiscard]] FactorSide<B>& solved_last() { return state_.half_steps % 2 == 1 ? sides_->users : sides_->items; }
    [[nodiscard]] FactorSide<B>& solved_next() { return state_.half_steps % 2 == 1 ? sides_->items : sides_->users; }

    void resume(const CheckpointReader& checkpoint)
    {
        state_ = TrainingState(checkpoint.info());
        FactorSide<B>& side = solved_last();
        begin_with(side, checkpoint.factors(rows_of(side)), checkpoint.info().penalty);
        if (starts_from_old_rows()) set_factors(solved_next(), checkpoint.start(rows_of(solved_next())));
        report_resume(job_);
    }

    /// The half-step before a checkpoint, where that holds both sides.
    void recall_items()
    {
        const CheckpointInfo& info = job_.resumed->reader.info();
        if (info.start_rows == 0) return;
        sides_->users.penalty = info.start_penalty;
        solver_.recall(sides_->users, info.base);
        items_step_ = {.solved = Side::items, .objective = info.objective, .retried_rows = info.retried_rows};
    }

    HalfStep solve_next()
    {
        FactorSide<B>& fixed = solved_last();
        FactorSide<B>& solved = solved_next();
        const int sweep = state_.sweep_of_next();
        job_.progress.step(fmt::format("sweep {}/{}: {}", sweep, job_.options.sweeps, name(solved.side)));
        const HalfStep step = solver_.half_step(solved, fixed);
        require_descent(job_, step, state_.objective, stored_weight_, sweep);
        state_.add(step.objective, seconds_of(step));
        return (solved.side == Side::users ? users_step_ : items_step_) = step;
    }

    void half_step()
    {
        const int sweep = state_.sweep_of_next();
        const HalfStep step = solve_next();
        log_half_step(job_.log, step, sweep);
        job_.borders->took(seconds_of(step));
    }

    /// Users that are exact in fp32 for the items of the model: what anybody computes from these by the recipe of
    /// docs/formats.md. It also leaves both sides in the basis in which the items' Gramian is diagonal and descending,
    /// the canonical form of a model.
    void last_half_step()
    {
        sides_->items.exchange->travel_as(Wire::fp32);
        job_.progress.step("last half-step: users");
        const auto solve = [&](const B& backend) {
            Solver<B> solver(job_.ranks, backend, job_.options.objective);
            solver.begin_with(sides_->items);
            HalfStep step = solver.half_step(sides_->users, sides_->items);
            require_descent(job_, step, state_.objective, stored_weight_, state_.sweeps());
            audit(job_, solver, step, sides_->users, sides_->items,
                  {.precision = HasExactForm<B> ? Precision::fp32 : job_.precision, .by_steps = false});
            state_.add(step.objective, seconds_of(step));
            return step;
        };
        HalfStep step;
        if constexpr (HasExactForm<B>)
            step = solve(backend_.exact());
        else
            step = solve(backend_);
        if (const auto metric = measure()) state_.measured_at_last(*metric);
        report_last_half_step(job_, state_, step);
    }

    /// The metric of the held-out part, where there is one. Collective.
    [[nodiscard]] std::optional<Measurement> measure()
    {
        enter_phase("validation");
        if (!validation_->available()) return std::nullopt;
        std::optional<Measurement> metric;
        on_host(
            [&](const TrainedRows& users, const TrainedRows& items) { metric = validation_->measure(users, items); });
        state_.baseline = validation_->baseline();
        return metric;
    }

    /// Measures and reports; returns whether it was the last sweep.
    bool end_sweep()
    {
        if (const auto metric = measure())
            state_.measured(*metric, validation_->better(metric->value, state_.best_metric));
        report_sweep(job_, state_, users_step_, items_step_);
        if (state_.sweeps() >= job_.options.sweeps) return true;
        if (!state_.out_of_patience(job_.options.patience)) return false;
        job_.progress.line(
            fmt::format("stopped: no better {} since sweep {}", validation_->metric(), state_.best_sweep));
        return true;
    }

    std::filesystem::path save(const std::string& why)
    {
        const auto to_save = [&](const FactorSide<B>& side, std::span<const float> factors) {
            return SideToSave{{rows_of(side).first, factors}, side.partition.rows(), side.penalty};
        };
        std::filesystem::path path;
        if (starts_from_old_rows())
            on_host([&](const TrainedRows& users, const TrainedRows& items) {
                SideToSave solved = to_save(sides_->users, users.factors);
                SideToSave start = to_save(sides_->items, items.factors);
                if (&solved_last() == &sides_->items) std::swap(solved, start);
                const auto retried = (solved_last().side == Side::users ? users_step_ : items_step_).retried_rows;
                path = alster::save(job_, state_, solved, {start, solver_.row_objective().base, retried}, why);
            });
        else
            backend_.read_on_host(solved_last().factors, [&](std::span<const float> factors) {
                path = alster::save(job_, state_, to_save(solved_last(), factors), {}, why);
            });
        return path;
    }

    /// Runs f(users, items) on this rank's factors in host memory: a copy of the items', who are fewer.
    void on_host(auto&& f) const
    {
        const auto items = host_copy(backend_, sides_->items.factors);
        backend_.read_on_host(sides_->users.factors, [&](std::span<const float> users) {
            f(TrainedRows{rows_of(sides_->users), users}, TrainedRows{rows_of(sides_->items), items});
        });
    }

    const Job& job_;
    const B& backend_;
    double planned_memory_ = 0;
    double load_s_ = 0;
    double stored_weight_ = 0;
    std::optional<Sides<B>> sides_;
    Solver<B> solver_;
    std::optional<Validation> validation_;
    TrainingState state_;
    int sweeps_here_ = 0;  // of this process
    HalfStep users_step_;
    HalfStep items_step_;
};

/// A whole run; returns its summary. Where it had to end early the summary names the checkpoint.
template <Backend B>
nlohmann::json train_with(const Job& job, const B& backend)
{
    Stopwatch watch;
    enter_phase("reading the dataset");
    job.progress.line(fmt::format("reading {}", job.options.data.string()));
    Training<B> training(job, backend);
    const double load_s = watch.lap();
    Ending ending{.checkpoint = job.resumed ? std::optional(job.resumed->path) : std::nullopt};
    try {
        if (job.run) ending = training.run();
        watch.lap();
        if (ending.model) training.finish(ending.partial());
    } catch (const UnsolvedRow& row) {
        refuse(row, job.dataset, job.options.objective);
    }
    nlohmann::json summary = summarize(job, training.state(), ending);
    summary["load_s"] = load_s;
    summary["write_s"] = watch.lap();
    summary["memory_bytes"] = job.ranks.max(peak_memory());
    summary["memory_planned_bytes"] = job.ranks.max(training.planned_memory());
    job.log.write(ending.partial() ? "stopped" : "end", summary);
    if (!job.run || !ending.model) return summary;
    job.run->publish(ending.partial());
    if (!ending.partial()) job.checkpoints->clear();
    return summary;
}

}  // namespace alster
