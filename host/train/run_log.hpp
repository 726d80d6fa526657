#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "data/dataset_file.hpp"
#include "host/report/metrics_log.hpp"
#include "host/report/progress.hpp"
#include "host/solve/audit.hpp"
#include "host/train/checkpoints.hpp"
#include "host/train/train_result.hpp"
#include "host/train/training_state.hpp"

namespace alster {

/// All that a run says while it goes: each method is an event, as lines on standard error and as a record of
/// RUN/metrics.jsonl (docs/formats.md). Only the first rank is heard.
class RunLog {
public:
    /// `steps`: half-steps that are to come, for the bar. What is given must live as long.
    RunLog(const Communicator& ranks, const TrainOptions& options, const DatasetReader& dataset, int steps,
           MetricsLog records);

    void line(const std::string& text) { progress_.line(text); }
    void record(const std::string& event, nlohmann::json fields) { records_.write(event, std::move(fields)); }

    void resumed(const FoundCheckpoint& from, const std::string& arithmetic);
    /// How the factors of one side come to the ranks, and what that moves. Collective.
    void exchange(Side side, const FactorExchange& exchange, const ExchangeVolumes& volumes);
    void half_step_begins(int sweep, Side side);
    void half_step(const HalfStep& step, int sweep);
    void sweep(const TrainingState& state, const HalfStep& users, const HalfStep& items);
    void out_of_patience(const TrainingState& state);
    void checkpoint(const std::filesystem::path& path, std::int64_t half_steps, double seconds, const std::string& why);
    void rebalanced(double slowest_s, double expected_s, double even_s);
    /// How far sampled rows are from their fp64 solutions.
    void audited(Side side, const Audit& audit);
    void not_audited(Side side, const std::string& why);
    /// A side is solved again because of the audit's farthest row.
    void solved_again(Side side, const Audit& audit, double bound);
    void last_half_step_begins() { progress_.step("last half-step: users"); }
    /// A half-step that finishes a model.
    void last_half_step(const TrainingState& state, const HalfStep& step);
    void ended(const TrainResult& result);

private:
    [[nodiscard]] std::string metric_text(const TrainingState& state) const;

    const Communicator& ranks_;
    const TrainOptions& options_;
    const DatasetReader& dataset_;
    Progress progress_;
    MetricsLog records_;
};

/// The metric that a run is measured by.
[[nodiscard]] inline const char* metric_name(const Objective& objective)
{
    return objective.is_explicit() ? "rmse" : "ndcg@10";
}

/// The last metric of a run; none where nothing is held out.
[[nodiscard]] std::optional<TrainedMetric> trained_metric(const Objective& objective, const TrainingState& state);

/// What a record, a model or a result says of a metric.
[[nodiscard]] nlohmann::json metric_fields(const std::optional<TrainedMetric>& metric);

}  // namespace alster
