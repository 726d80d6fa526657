#include "host/train/training_state.hpp"

namespace alster {

TrainingState::TrainingState(const CheckpointInfo& info)
    : half_steps(info.half_steps),
      objective(info.objective),
      seconds(info.seconds),
      best_metric(info.best_metric),
      best_sweep(info.best_sweep),
      restarts(info.restarts + 1)
{
}

void TrainingState::add(double new_objective, double step_seconds)
{
    ++half_steps;
    objective = new_objective;
    seconds += step_seconds;
}

void TrainingState::measured(const Measurement& measurement, bool better)
{
    metric = measurement;
    if (best_sweep > 0 && !better) return;
    best_metric = measurement.value;
    best_sweep = sweeps();
}

void TrainingState::describe(CheckpointInfo& info) const
{
    info.half_steps = half_steps;
    info.objective = objective.value_or(0);
    info.seconds = seconds;
    info.best_metric = best_metric;
    info.best_sweep = best_sweep;
    info.restarts = restarts;
}

}  // namespace alster
