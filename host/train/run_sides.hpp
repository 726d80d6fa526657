#pragma once
#include <omp.h>

#include <optional>

#include "host/solve/sides.hpp"
#include "host/train/job_context.hpp"
#include "host/train/validation.hpp"

namespace alster {

/// Both sides of a run as this rank holds them, and what is measured on them.
template <Backend B>
class RunSides {
public:
    RunSides(const Job& job, const B& backend) : job_(job), backend_(backend) {}

    /// Reads what is this rank's by these shares; what was there before is given up first. Collective.
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
        if (options.measured)
            validation_.emplace(job_.ranks, job_.dataset, options.objective, rows_of(users()), job_.make_scorer);
        for (const auto* side : {&users(), &items()})
            if (job_.ranks.size() > 1) job_.log.exchange(side->side, *side->exchange, side->volumes);
        report_placement();
        stored_weight_ = alster::stored_weight(job_.ranks, backend_, users());
        load_s_ = job_.ranks.max(watch.elapsed());
    }

    [[nodiscard]] FactorSide<B>& users() { return sides_->users; }
    [[nodiscard]] FactorSide<B>& items() { return sides_->items; }
    [[nodiscard]] FactorSide<B>& solved_last(const TrainingState& state)
    {
        return state.whole_sweep() ? sides_->items : sides_->users;
    }
    [[nodiscard]] FactorSide<B>& solved_next(const TrainingState& state)
    {
        return state.whole_sweep() ? sides_->users : sides_->items;
    }
    [[nodiscard]] RowRange rows_of(const FactorSide<B>& side) const { return side.partition.of(job_.ranks.rank()); }

    /// The rows of one side that are this rank's by another partition. Collective.
    [[nodiscard]] std::vector<float> moved(const FactorSide<B>& side, const RowPartition& to) const
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

    /// Runs f(users, items) on this rank's factors in host memory: a copy of the items', who are fewer.
    void on_host(auto&& f) const
    {
        const auto items = host_copy(backend_, sides_->items.factors);
        backend_.read_on_host(sides_->users.factors, [&](std::span<const float> users) {
            f(TrainedRows{rows_of(sides_->users), users}, TrainedRows{rows_of(sides_->items), items});
        });
    }

    /// The metric of the held-out part, where there is one, and whether it is better than `best`. Collective.
    [[nodiscard]] std::optional<Measurement> measure(TrainingState& state)
    {
        enter_phase("validation");
        if (!validation_ || !validation_->available()) return std::nullopt;
        std::optional<Measurement> metric;
        on_host(
            [&](const TrainedRows& users, const TrainedRows& items) { metric = validation_->measure(users, items); });
        state.baseline = validation_->baseline();
        return metric;
    }
    [[nodiscard]] bool is_better(double metric, double than) const { return validation_->better(metric, than); }

    /// Frees what only half-steps need.
    void release()
    {
        for (auto* side : {&users(), &items()}) {
            side->interactions = {};
            side->table = {};
        }
    }

    [[nodiscard]] double planned_memory() const { return planned_memory_; }  // bytes of host memory, of this rank
    [[nodiscard]] double load_s() const { return load_s_; }                  // of the slowest rank
    /// What the stored part of the objective is where all factors are 0.
    [[nodiscard]] double stored_weight() const { return stored_weight_; }

private:
    void report_placement() const
    {
        if constexpr (PlacesFactors<B>) {
            const auto ranks = job_.ranks.sum(std::int64_t{backend_.factors_on_host()});
            if (ranks > 0) job_.log.line(fmt::format("factors of {} ranks lie in host memory, not on GPUs", ranks));
        }
    }

    const Job& job_;
    const B& backend_;
    double planned_memory_ = 0;
    double load_s_ = 0;
    double stored_weight_ = 0;
    std::optional<Sides<B>> sides_;
    std::optional<Validation> validation_;
};

}  // namespace alster
