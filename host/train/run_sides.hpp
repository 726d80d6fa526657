#pragma once
#include <omp.h>

#include <array>
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
        auto priors = priors_so_far();
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
        for (FactorSide<B>* side : {&users(), &items()})
            if (!options.prior.of(side->side).attributes.empty())
                set_prior(*side, std::move(priors[side->side == Side::items]));
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

    /// Pulls the rows of a side to this prior. Collective.
    void set_prior(FactorSide<B>& side, FeaturePrior prior) const
    {
        const RowRange own = rows_of(side);
        const Interactions& rows = backend_.interactions(side.interactions);
        std::vector<Offset> entries;
        for (Row r = 0; r < own.size(); ++r) entries.push_back(rows.entries(r));
        for (const SplitRow& row : side.split.among(own)) entries[row.row - own.first] = row.entries;
        Features features = read_features(job_.dataset, side.side, prior.names, own);
        side.prior = std::make_unique<SidePrior>(std::move(prior), std::move(features));
        const FactorSide<B>& fixed = side.side == Side::users ? sides_->items : sides_->users;
        side.prior->prepare_fit(job_.ranks, entries, side.partition.rows(),
                                job_.options.objective.of_row(fixed.partition.rows()), job_.options.prior.ridge);
    }

    /// Where a run goes on, that of its checkpoint. Collective.
    void set_prior_of(Side side, const std::optional<FeaturePrior>& saved)
    {
        if (saved) set_prior(side == Side::users ? users() : items(), *saved);
    }

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
            f(TrainedRows{.rows = rows_of(sides_->users), .factors = users, .prior = prior_of(sides_->users)},
              TrainedRows{.rows = rows_of(sides_->items), .factors = items, .prior = prior_of(sides_->items)});
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

    [[nodiscard]] static const FeaturePrior* prior_of(const FactorSide<B>& side)
    {
        return side.prior ? &side.prior->prior() : nullptr;
    }

private:
    /// Of users and items, as they are or, at the start, by the options.
    [[nodiscard]] std::array<FeaturePrior, 2> priors_so_far() const
    {
        const PriorOptions& options = job_.options.prior;
        std::array<FeaturePrior, 2> priors;
        for (const Side side : {Side::users, Side::items}) {
            if (options.of(side).attributes.empty()) continue;
            FeaturePrior& prior = priors[side == Side::items];
            if (sides_) {
                prior = (side == Side::users ? sides_->users : sides_->items).prior->prior();
                continue;
            }
            prior = start_prior(job_.dataset, side, options.of(side), job_.options.objective.width());
            job_.log.line(fmt::format("{} are pulled to a map of {} features", name(side), prior.names.size()));
        }
        return priors;
    }

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
