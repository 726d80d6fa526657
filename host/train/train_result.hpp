#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "host/evaluate/baseline.hpp"
#include "host/evaluate/measurement.hpp"

namespace alster {

/// The held-out part's metric after training, and what it is compared with.
struct TrainedMetric {
    std::string name;      // "ndcg@10" or "rmse"
    std::string count_of;  // what it is a mean over: "users" or "ratings"
    Measurement value;
    Baseline baseline;

    [[nodiscard]] Comparison comparison() const { return {name, value.value, baseline}; }
};

/// What a training run came to.
struct TrainResult {
    std::string run_id = {};
    bool already_finished = false;  // then only `model` is set: there was nothing to do
    std::string model = {};         // the file; empty: none was made
    std::string checkpoint = {};    // where the run was saved, if it had to end early
    bool partial = false;           // the model is one of an unfinished run
    std::int64_t sweeps = 0;
    std::int64_t half_steps = 0;
    double objective = 0;
    double seconds = 0;  // in half-steps
    double load_s = 0;
    double write_s = 0;
    double memory_bytes = 0;          // of the rank that took most
    double memory_planned_bytes = 0;  // of the rank that was to take most
    std::int64_t restarts = 0;
    std::int64_t best_sweep = 0;  // by the metric; 0: none was measured
    std::optional<TrainedMetric> metric = {};

    [[nodiscard]] bool saved() const { return !checkpoint.empty(); }
    [[nodiscard]] double seconds_per_sweep() const
    {
        return half_steps > 0 ? 2 * seconds / static_cast<double>(half_steps) : 0;
    }
    /// What to say beside it: a model that does not beat the best baseline. Empty: nothing.
    [[nodiscard]] std::string note() const;

    /// Runs visit(name, value) on what belongs into a report, in the order of docs/formats.md.
    template <class Visit>
    void fields(Visit&& visit) const
    {
        if (already_finished) {
            visit("model", model);
            visit("already_finished", true);
            return;
        }
        visit("run", run_id);
        visit("sweeps", sweeps);
        visit("objective", objective);
        visit("seconds", seconds);
        visit("seconds_per_sweep", seconds_per_sweep());
        if (saved()) visit("checkpoint", checkpoint);
        if (!model.empty()) visit("model", model);
        visit("partial", partial);
        if (restarts > 0) visit("restarts", restarts);
        if (best_sweep > 0) visit("best_sweep", best_sweep);
        if (metric) {
            fields_of(*metric, visit);
            visit("beats_baseline", metric->comparison().model_wins());
            if (!note().empty()) visit("note", note());
        }
        visit("load_s", load_s);
        visit("write_s", write_s);
        visit("memory_bytes", memory_bytes);
        visit("memory_planned_bytes", memory_planned_bytes);
    }

    /// The metric with its 95 % interval, how many it is a mean over, and that of the best baseline.
    template <class Visit>
    static void fields_of(const TrainedMetric& metric, Visit&& visit)
    {
        visit(metric.name, metric.value.value);
        visit(metric.name + "_low", metric.value.low);
        visit(metric.name + "_high", metric.value.high);
        visit(metric.count_of, metric.value.count);
        visit("baseline", metric.baseline.name);
        visit(metric.comparison().key(), metric.baseline.value);
    }
};

}  // namespace alster
