#pragma once
#include <cstdint>
#include <optional>

#include "data/checkpoint_file.hpp"
#include "host/evaluate/baseline.hpp"
#include "host/evaluate/measurement.hpp"

namespace alster {

/// How far a run has come: what a checkpoint keeps beside the factors.
struct TrainingState {
    std::int64_t half_steps = 0;
    std::optional<double> objective;    // after the last half-step
    double seconds = 0;                 // in half-steps
    std::optional<Measurement> metric;  // of the held-out part, after the last sweep of this process
    Baseline baseline;                  // what the metric is compared with
    double best_metric = 0;
    std::int64_t best_sweep = 0;
    std::int64_t restarts = 0;

    TrainingState() = default;
    /// That of a run which goes on from a checkpoint.
    explicit TrainingState(const CheckpointInfo& info);

    [[nodiscard]] int sweeps() const { return static_cast<int>(half_steps / 2); }
    [[nodiscard]] int sweep_of_next() const { return sweeps() + 1; }
    [[nodiscard]] bool whole_sweep() const { return half_steps % 2 == 0; }
    [[nodiscard]] bool out_of_patience(int patience) const
    {
        return metric && patience > 0 && sweeps() - best_sweep >= patience;
    }

    void add(double new_objective, double step_seconds);
    /// The metric of the sweep that has just ended; `better` than the best so far.
    void measured(const Measurement& measurement, bool better);

    /// That of the finished model, which decides nothing any more.
    void measured_at_last(const Measurement& measurement) { metric = measurement; }

    /// What a checkpoint says of it; what the run is comes from elsewhere.
    void describe(CheckpointInfo& info) const;
};

}  // namespace alster
