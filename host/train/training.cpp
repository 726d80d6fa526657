#include "host/train/training.hpp"

#include <fmt/format.h>

#include "data/json_text.hpp"
#include "distributed/heartbeat.hpp"
#include "host/machine/utc_now.hpp"
#include "host/machine/version.hpp"

namespace alster {

namespace {

/// An exact half-step cannot raise the objective. What may look like it: Y Q is rounded to fp32, which moves a
/// prediction by a few eps; 16 eps of the objective is above that, and far below what a wrong row solve would add.
/// In bf16 the fixed side is read, or came, with elements rounded by up to 2^-8, and a squared residual moves by twice
/// that; the objective of the next half-step is that of other rounded factors.
double rise_tolerance(const Job& job)
{
    const bool rounded = job.precision == Precision::bf16 || job.options.solve.exchange.wire == Wire::bf16;
    return rounded ? 0x1p-7 : 16 * 0x1p-23;
}

std::string retried_text(std::int64_t rows) { return rows > 0 ? fmt::format("  {} rows again in fp64", rows) : ""; }

/// The line that a sweep prints.
std::string sweep_line(int sweep, int sweeps, const HalfStep& users, const HalfStep& items, const std::string& metric)
{
    const std::int64_t retried = users.retried_rows + items.retried_rows;
    return fmt::format(
        "sweep {:>{}}/{}  objective {:.7g}{}  {:.2f} s (users {:.2f}, items {:.2f}, basis {:.2f}, exchange {:.2f})  "
        "imbalance {:.2f}{}",
        sweep, fmt::formatted_size("{}", sweeps), sweeps, items.objective, metric,
        seconds_of(users) + seconds_of(items), users.solve_s, items.solve_s, users.basis_s + items.basis_s,
        users.waited_s + items.waited_s, std::max(users.imbalance, items.imbalance), retried_text(retried));
}

const char* metric_name(const Job& job) { return job.options.objective.is_explicit() ? "rmse" : "ndcg@10"; }

Comparison comparison(const Job& job, const TrainingState& state)
{
    return {metric_name(job), state.metric->value, state.baseline};
}

/// The metric of the held-out part with its 95 % interval, how many it is a mean over, and that of the best baseline.
void add_metric(nlohmann::json& fields, const Job& job, const TrainingState& state)
{
    if (!state.metric) return;
    const std::string name = metric_name(job);
    fields[name] = state.metric->value;
    fields[name + "_low"] = state.metric->low;
    fields[name + "_high"] = state.metric->high;
    fields[job.options.objective.is_explicit() ? "ratings" : "users"] = state.metric->count;
    fields["baseline"] = state.baseline.name;
    fields[comparison(job, state).key()] = state.baseline.value;
}

}  // namespace

void require_descent(const Job& job, const HalfStep& step, std::optional<double> before, double stored, int sweep)
{
    if (!before) return;
    const double tolerance = rise_tolerance(job);
    const double of_objective = *before * (1 + tolerance);
    // Scores are off by some eps of p. Σ c (e + δ)² ≤ (√Σ c e² + √Σ c δ²)²: of strong confidences that fit well the
    // last part is more than eps of the objective.
    const double of_scores = std::pow(std::sqrt(*before) + tolerance / 8 * std::sqrt(stored), 2);
    if (step.objective <= std::max(of_objective, of_scores)) return;
    if (job.resumed && job.resumed->reader.info().objective == *before)
        throw Error(
            ExitCode::bad_data,
            "{}: its objective {:.9g} is not that of its factors, from which the next half-step came to {:.9g}: "
            "it is damaged; remove it, and the one before it is taken",
            job.resumed->path.string(), *before, step.objective);
    const std::string rose = fmt::format("the objective rose from {:.9g} to {:.9g} when sweep {} solved the {}",
                                         *before, step.objective, sweep, name(step.solved));
    if (of_scores > of_objective) {
        const Row heaviest = heaviest_row(job.dataset, step.solved, job.options.objective);
        throw Error(ExitCode::diverged, "{}: more than fp32 factors can fit are the data of {}: {}", rose,
                    describe_row(job.dataset, step.solved, heaviest, job.options.objective),
                    what_helps(job.options.objective));
    }
    throw Error(ExitCode::diverged, "{}: no right solve can do that; please report it with config.resolved.toml", rose);
}

namespace {

nlohmann::json fields_of(const HalfStep& step, int sweep)
{
    return {{"sweep", sweep},
            {"side", name(step.solved)},
            {"objective", step.objective},
            {"basis_s", step.basis_s},
            {"exchange_s", step.exchange_s},
            {"waited_s", step.waited_s},
            {"received_bytes", step.received_bytes},
            {"first_stage_bytes", step.first_stage_bytes},
            {"solve_s", step.solve_s},
            {"imbalance", step.imbalance},
            {"dual_rows", step.dual_rows},
            {"cg_rows", step.cg_rows},
            {"retried_rows", step.retried_rows}};
}

std::string metric_text(const Job& job, const TrainingState& state)
{
    return state.metric ? fmt::format("  {} {:.4f} ({} {:.4f})", metric_name(job), state.metric->value,
                                      state.baseline.name, state.baseline.value)
                        : "";
}

}  // namespace

void log_half_step(MetricsLog& log, const HalfStep& step, int sweep) { log.write("half_step", fields_of(step, sweep)); }

void report_last_half_step(const Job& job, const TrainingState& state, const HalfStep& step)
{
    job.progress.line(fmt::format("last half-step, {}: objective {:.7g}{}  {:.2f} s{}", name(step.solved),
                                  step.objective, step.solved == Side::users ? metric_text(job, state) : "",
                                  seconds_of(step), retried_text(step.retried_rows)));
    nlohmann::json fields = fields_of(step, state.sweeps());
    if (step.solved == Side::users) add_metric(fields, job, state);
    job.log.write("last_half_step", fields);
}

void report_sweep(const Job& job, const TrainingState& state, const HalfStep& users, const HalfStep& items)
{
    job.progress.line(sweep_line(state.sweeps(), job.options.sweeps, users, items, metric_text(job, state)));
    nlohmann::json fields{
        {"sweep", state.sweeps()}, {"objective", items.objective}, {"seconds", seconds_of(users) + seconds_of(items)}};
    add_metric(fields, job, state);
    job.log.write("sweep", fields);
}

ModelInfo describe(const Job& job, const TrainingState& state, bool partial)
{
    const DatasetInfo& data = job.dataset.info();
    nlohmann::json evaluation = nlohmann::json::object();
    add_metric(evaluation, job, state);
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

void report_exchange(const Job& job, Side side, const FactorExchange& exchange, const ExchangeVolumes& volumes)
{
    const double row_mib = static_cast<double>(exchange.bytes_of_row(job.options.objective.width())) / (1 << 20);
    const double all_gather = static_cast<double>(volumes.all_gather) * row_mib;
    const double need_only = static_cast<double>(volumes.need_only) * row_mib;
    const double most = static_cast<double>(job.ranks.max(exchange.received().all)) * row_mib;
    job.progress.line(fmt::format("{} are exchanged by {}: {:.3g} MiB a sweep (all-gather {:.3g}, need-only {:.3g})",
                                  name(side), exchange.name(), exchange.by_need() ? need_only : all_gather, all_gather,
                                  need_only));
    job.log.write("exchange", {{"side", name(side)},
                               {"plan", exchange.name()},
                               {"stages", exchange.stages()},
                               {"all_gather_mib", all_gather},
                               {"need_only_mib", need_only},
                               {"received_mib_most", most}});
}

void report_resume(const Job& job)
{
    const CheckpointInfo& info = job.resumed->reader.info();
    if (!job.resumed->passed_over.empty())
        job.progress.line(fmt::format("warning: passed over a damaged checkpoint: {}", job.resumed->passed_over));
    if (info.arithmetic != job.arithmetic)
        job.progress.line(
            fmt::format("warning: begun by {}, goes on by {}: the last bits will not be those of an "
                        "undisturbed run",
                        info.arithmetic, job.arithmetic));
    job.progress.line(fmt::format("goes on after {} of {} half-steps from {}", info.half_steps, 2 * job.options.sweeps,
                                  job.resumed->path.string()));
    job.log.write("resume", {{"half_steps", info.half_steps},
                             {"restart", info.restarts + 1},
                             {"seconds", info.seconds},
                             {"checkpoint", job.resumed->path.filename().string()},
                             {"passed_over", job.resumed->passed_over}});
}

std::filesystem::path save(const Job& job, const TrainingState& state, const SideToSave& solved,
                           const StartToSave& start, const std::string& why)
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
                        .tool_version = version()};
    state.describe(info);
    job.ranks.broadcast(std::span(&info.seconds, 1));  // each rank has its own watch
    const auto path = job.checkpoints->write(info, solved.mine, start.side.mine);
    const double seconds = watch.lap();
    job.borders->saved(seconds);
    job.progress.line(fmt::format("checkpoint {} in {:.2f} s: {}", path.string(), seconds, why));
    job.log.write("checkpoint", {{"half_steps", state.half_steps}, {"seconds", seconds}, {"why", why}});
    return path;
}

nlohmann::json summarize(const Job& job, const TrainingState& state, const Ending& ending)
{
    nlohmann::json summary{{"run", job.run_id},
                           {"sweeps", state.sweeps()},
                           {"objective", state.objective.value_or(0)},
                           {"seconds", state.seconds},
                           {"seconds_per_sweep", 2 * state.seconds / static_cast<double>(state.half_steps)}};
    if (ending.checkpoint) summary["checkpoint"] = ending.checkpoint->string();
    if (ending.model) summary["model"] = (job.run ? job.run->place_of_model(ending.partial()) : job.model).string();
    summary["partial"] = ending.partial();
    if (state.restarts > 0) summary["restarts"] = state.restarts;
    if (state.best_sweep > 0) summary["best_sweep"] = state.best_sweep;
    add_metric(summary, job, state);
    if (state.metric) {
        const Comparison compared = comparison(job, state);
        summary["beats_baseline"] = compared.model_wins();
        if (!compared.model_wins()) summary["note"] = compared.warning();
    }
    return summary;
}

}  // namespace alster
