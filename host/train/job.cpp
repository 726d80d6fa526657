#include "host/train/job.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "distributed/parallel_file_access.hpp"
#include "host/backend_choice.hpp"
#include "host/report/metrics_log.hpp"
#include "host/report/progress.hpp"
#include "host/threads.hpp"
#include "host/train/model_output.hpp"
#include "host/train/run_directory.hpp"
#include "host/train/sides.hpp"
#include "host/train/validation.hpp"
#include "host/version.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/reference/reference_backend.hpp"

namespace alster {

namespace {

using nlohmann::json;

/// Everything a run needs besides the backend.
struct Job {
    const Communicator& ranks;
    const TrainOptions& options;
    const DatasetReader& dataset;
    const RunDirectory& run;
    Progress& progress;
    MetricsLog& log;
};

/// How a run ended.
struct Outcome {
    int sweeps = 0;
    double objective = 0;
    double seconds = 0;  // in half-steps
    std::optional<double> metric;
};

/// An exact half-step cannot raise the objective. What may look like it: Y Q is rounded to fp32, which moves a
/// prediction by a few eps; 16 eps of the objective is above that, and far below what a wrong row solve would add.
constexpr double rise_tolerance = 16 * 0x1p-23;

void require_descent(const HalfStep& step, std::optional<double> before, int sweep)
{
    if (!before || step.objective <= *before * (1 + rise_tolerance)) return;
    throw Error(ExitCode::diverged,
                "the objective rose from {:.9g} to {:.9g} when sweep {} solved the {}: an exact solve cannot do that; "
                "please report it with config.resolved.toml",
                *before, step.objective, sweep, name(step.solved));
}

void log_half_step(MetricsLog& log, const HalfStep& step, int sweep)
{
    log.write("half_step", {{"sweep", sweep},
                            {"side", name(step.solved)},
                            {"objective", step.objective},
                            {"basis_s", step.basis_s},
                            {"exchange_s", step.exchange_s},
                            {"solve_s", step.solve_s},
                            {"imbalance", step.imbalance},
                            {"dual_rows", step.dual_rows},
                            {"retried_rows", step.retried_rows}});
}

double seconds_of(const HalfStep& step) { return step.basis_s + step.exchange_s + step.solve_s; }

std::string sweep_line(int sweep, int sweeps, const HalfStep& users, const HalfStep& items, const std::string& metric)
{
    return fmt::format(
        "sweep {:>{}}/{}  objective {:.7g}{}  {:.2f} s (users {:.2f}, items {:.2f}, basis {:.2f}, exchange {:.2f})  "
        "imbalance {:.2f}",
        sweep, fmt::formatted_size("{}", sweeps), sweeps, items.objective, metric,
        seconds_of(users) + seconds_of(items), users.solve_s, items.solve_s, users.basis_s + items.basis_s,
        users.exchange_s + items.exchange_s, std::max(users.imbalance, items.imbalance));
}

/// This rank's factors of one side in host memory, for what reads them between sweeps.
template <Backend B>
std::vector<float> host_copy(const B& backend, FactorSide<B>& side)
{
    std::vector<float> copy;
    backend.read_on_host(side.factors,
                         [&](std::span<const float> values) { copy.assign(values.begin(), values.end()); });
    return copy;
}

template <Backend B>
double measure(const Job& job, const B& backend, const Validation& validation, Sides<B>& sides)
{
    const auto users = host_copy(backend, sides.users);
    const auto items = host_copy(backend, sides.items);
    return validation.measure({sides.users.partition.of(job.ranks.rank()), users},
                              {sides.items.partition.of(job.ranks.rank()), items});
}

/// The sweeps.
template <Backend B>
Outcome iterate(const Job& job, const B& backend, Sides<B>& sides)
{
    Solver<B> solver(job.ranks, backend, job.options);
    const Validation validation(job.ranks, job.dataset, job.options, sides.users.partition.of(job.ranks.rank()));
    Outcome outcome;
    std::optional<double> before;
    double best = 0;
    int best_sweep = 0;
    solver.begin_with(sides.items);
    for (int sweep = 1; sweep <= job.options.sweeps; ++sweep) {
        const auto half_step = [&](FactorSide<B>& solved, FactorSide<B>& fixed) {
            job.progress.step(fmt::format("sweep {}/{}: {}", sweep, job.options.sweeps, name(solved.side)));
            const HalfStep step = solver.half_step(solved, fixed);
            require_descent(step, before, sweep);
            before = step.objective;
            log_half_step(job.log, step, sweep);
            return step;
        };
        const HalfStep users = half_step(sides.users, sides.items);
        const HalfStep items = half_step(sides.items, sides.users);
        outcome.sweeps = sweep;
        outcome.objective = items.objective;
        outcome.seconds += seconds_of(users) + seconds_of(items);
        if (validation.available()) outcome.metric = measure(job, backend, validation, sides);
        const std::string metric =
            outcome.metric ? fmt::format("  {} {:.4f}", validation.metric(), *outcome.metric) : "";
        job.progress.line(sweep_line(sweep, job.options.sweeps, users, items, metric));
        json fields{
            {"sweep", sweep}, {"objective", items.objective}, {"seconds", seconds_of(users) + seconds_of(items)}};
        if (outcome.metric) fields[validation.metric()] = *outcome.metric;
        job.log.write("sweep", fields);

        if (!outcome.metric) continue;
        if (best_sweep == 0 || validation.better(*outcome.metric, best)) {
            best = *outcome.metric;
            best_sweep = sweep;
        }
        if (job.options.patience > 0 && sweep - best_sweep >= job.options.patience) {
            job.progress.line(fmt::format("stopped: no better {} since sweep {}", validation.metric(), best_sweep));
            break;
        }
    }
    solver.canonicalize(sides.users, sides.items);
    return outcome;
}

/// The first rank's clock: a shared file must hear the same from all.
std::string utc_now(const Communicator& ranks, const char* format)
{
    std::string now = fmt::format(fmt::runtime(format), fmt::gmtime(std::time(nullptr)));
    ranks.broadcast(now);
    return now;
}

ModelInfo describe(const Job& job, const Outcome& outcome, const std::string& run_id)
{
    const DatasetInfo& data = job.dataset.info();
    const TrainOptions& options = job.options;
    const bool is_explicit = options.is_explicit();
    json evaluation = json::object();
    if (outcome.metric) evaluation[is_explicit ? "rmse" : "ndcg@10"] = *outcome.metric;
    return {.objective = is_explicit ? "explicit" : "implicit",
            .users = data.users,
            .items = data.items,
            .width = served_width(options),
            .factors = options.factors,
            .interactions = data.interactions,
            .mean = is_explicit ? data.value_mean : 0,
            .value_min = data.value_min,
            .value_max = data.value_max,
            .alpha0 = options.unobserved_weight(),
            .alpha = is_explicit ? 0 : options.alpha,
            .lambda = options.lambda,
            .nu = options.nu,
            .bias_lambda = options.bias_lambda < 0 ? options.lambda : options.bias_lambda,
            .seed = static_cast<std::int64_t>(options.seed),
            .sweeps = outcome.sweeps,
            .ranks = job.ranks.size(),
            .objective_value = outcome.objective,
            .watermark = data.watermark,
            .fingerprint = data.fingerprint,
            .run_id = run_id,
            .space_id = run_id,
            .created_utc = utc_now(job.ranks, "{:%Y-%m-%dT%H:%M:%SZ}"),
            .tool_version = version(),
            .git_commit = git_commit(),
            .config = result_config(options),
            .evaluation = evaluation.dump()};
}

template <Backend B>
json train_with(const Job& job, const B& backend, const std::string& run_id)
{
    Stopwatch watch;
    job.progress.line(fmt::format("reading {}", job.options.data.string()));
    auto sides = load_sides(job.ranks, backend, job.options, job.dataset);
    const double load_s = watch.lap();
    Outcome outcome;
    try {
        outcome = iterate(job, backend, sides);
    } catch (const NotFinite& row) {
        const DatasetReader dataset(job.options.data);
        throw Error(ExitCode::diverged,
                    "the factors of {} {} are not finite: look at its values and confidences with alster inspect",
                    row.side == Side::users ? "user" : "item", dataset.ids(row.side, {row.row, row.row + 1}).text(0));
    }
    watch.lap();
    const auto users = host_copy(backend, sides.users);
    const auto items = host_copy(backend, sides.items);
    write_model(job.ranks, job.dataset, job.options, describe(job, outcome, run_id),
                {sides.users.partition.of(job.ranks.rank()), users},
                {sides.items.partition.of(job.ranks.rank()), items}, job.run.model());
    if (job.ranks.leads()) job.run.write_manifest();
    json summary{{"model", job.run.model().string()},
                 {"run", run_id},
                 {"sweeps", outcome.sweeps},
                 {"objective", outcome.objective},
                 {"load_s", load_s},
                 {"seconds_per_sweep", outcome.sweeps ? outcome.seconds / outcome.sweeps : 0},
                 {"write_s", watch.lap()}};
    if (outcome.metric) summary[job.options.is_explicit() ? "rmse" : "ndcg@10"] = *outcome.metric;
    job.log.write("end", summary);
    return summary;
}

/// Unique enough to tell runs apart, readable enough to be named in a mail.
std::string make_run_id(const Communicator& ranks, const DatasetInfo& data)
{
    return utc_now(ranks, "{:%Y%m%dT%H%M%S}") + "-" + data.fingerprint.substr(0, 8);
}

}  // namespace

json run_training(const Communicator& ranks, const TrainOptions& options, const std::string& resolved_config)
{
    const ParallelFileAccess access(ranks);
    const DatasetReader dataset(options.data, access);
    const RunDirectory run(ranks, options, dataset.info(), resolved_config);
    if (run.finished()) return {{"model", run.model().string()}, {"already_finished", true}};

    const int threads = set_threads(ranks, options.threads);
    const std::string run_id = make_run_id(ranks, dataset.info());
    MetricsLog log = ranks.leads() ? MetricsLog(run.metrics(), run_id) : MetricsLog();
    Progress progress(2 * options.sweeps, ranks.leads());
    log.write("start", {{"version", version()},
                        {"commit", git_commit()},
                        {"config", json::parse(result_config(options))},
                        {"data", dataset.info().fingerprint},
                        {"ranks", ranks.size()},
                        {"threads", threads}});
    const Job job{ranks, options, dataset, run, progress, log};
    if (options.backend == "reference") return train_with(job, ReferenceBackend(), run_id);
    const auto instructions = common_instruction_set(ranks);
    progress.line(fmt::format("{} users × {} items, {} interactions; {} factors, {} ranks × {} threads, {}",
                              dataset.info().users, dataset.info().items, dataset.info().interactions, options.factors,
                              ranks.size(), threads, name(instructions)));
    return train_with(job, CpuBackend(instructions), run_id);
}

}  // namespace alster
