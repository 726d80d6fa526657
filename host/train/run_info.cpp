#include "host/train/run_info.hpp"

#include <nlohmann/json.hpp>

#include "data/json_text.hpp"
#include "distributed/heartbeat.hpp"
#include "host/machine/utc_now.hpp"
#include "host/machine/version.hpp"

namespace alster {

ModelInfo describe(const Job& job, const TrainingState& state, bool partial)
{
    const DatasetInfo& data = job.dataset.info();
    const auto evaluation = metric_fields(trained_metric(job.options.objective, state));
    ModelInfo info{.users = data.users,
                   .items = data.items,
                   .interactions = data.interactions,
                   .mean = job.options.objective.is_explicit() ? data.value_mean : 0,
                   .value_min = data.value_min,
                   .value_max = data.value_max,
                   .seed = static_cast<std::int64_t>(job.options.solve.seed),
                   .sweeps = state.sweeps(),
                   .partial = partial,
                   .ranks = job.ranks.size(),
                   .arithmetic = job.arithmetic,
                   .objective_value = state.objective.value_or(0),
                   .watermark = data.watermark,
                   .fingerprint = data.fingerprint,
                   .run_id = job.run_id,
                   .created_utc = utc_now(job.ranks, "{:%Y-%m-%dT%H:%M:%SZ}"),
                   .tool_version = version(),
                   .git_commit = git_commit(),
                   .config = result_config(job.options),
                   .evaluation = json_text(evaluation)};
    job.options.objective.describe(info);
    return info;
}

TrainResult result_of(const Job& job, const TrainingState& state)
{
    return {.run_id = job.run_id,
            .sweeps = state.sweeps(),
            .half_steps = state.half_steps,
            .objective = state.objective.value_or(0),
            .seconds = state.seconds,
            .restarts = state.restarts,
            .best_sweep = state.best_sweep,
            .metric = trained_metric(job.options.objective, state)};
}

std::filesystem::path save(const Job& job, const TrainingState& state, const SideToSave& solved,
                           const StartToSave& start, const SavedPriors& priors, const std::string& why)
{
    enter_phase("writing a checkpoint");
    Stopwatch watch;
    CheckpointInfo info{.rows = solved.all_rows,
                        .start_rows = start.side.all_rows,
                        .width = job.options.objective.width(),
                        .base = start.base,
                        .penalty = solved.penalty,
                        .start_penalty = start.side.penalty,
                        .retried_rows = start.retried_rows,
                        .run_id = job.run_id,
                        .fingerprint = job.dataset.info().fingerprint,
                        .config = saved_config(job.options, job.precision),
                        .arithmetic = job.arithmetic,
                        .tool_version = version(),
                        .user_prior = {},
                        .item_prior = {},
                        .solved_map = start.map};
    if (priors.users) info.user_prior = *priors.users;
    if (priors.items) info.item_prior = *priors.items;
    state.describe(info);
    job.ranks.broadcast(std::span(&info.seconds, 1));  // each rank has its own watch
    const auto path = job.checkpoints->write(info, solved.mine, start.side.mine);
    const double seconds = watch.lap();
    job.borders->saved(seconds);
    job.log.checkpoint(path, state.half_steps, seconds, why);
    return path;
}

}  // namespace alster
