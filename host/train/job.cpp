#include "host/train/job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "data/error.hpp"
#include "data/output_path.hpp"
#include "data/printable.hpp"
#include "distributed/leader.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/machine/backend_choice.hpp"
#include "host/machine/own_gpu.hpp"
#include "host/machine/run_id.hpp"
#include "host/machine/threads.hpp"
#include "host/machine/version.hpp"
#include "host/solve/model_rows.hpp"
#include "host/train/run_swap.hpp"
#include "host/train/train_with.hpp"
#include "host/train/training_on_gpus.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/reference/reference_backend.hpp"

namespace alster {

namespace {

using nlohmann::json;

std::string size_line(const Job& job, int threads, const BackendChoice& choice)
{
    const DatasetInfo& data = job.dataset.info();
    return fmt::format("{} users × {} items, {} interactions; {} factors, {} ranks × {} threads, {} backend ({}), {}",
                       data.users, data.items, data.interactions, job.options.objective.factors, job.ranks.size(),
                       threads, name(choice.kind), choice.reason, job.arithmetic);
}

TrainResult train_with_choice(Job& job, BackendKind kind)
{
    switch (kind) {
        case BackendKind::reference:
            return train_with(job, ReferenceBackend());
        case BackendKind::cuda:
            return train_on_gpus(job);
        default: {
            const auto instructions = common_instruction_set(job.ranks, job.precision);
            const auto steps = job.options.solve.cg_steps;
            const Offset part = CpuBackend::part_for(job.options.objective.width(), steps, instructions, job.precision);
            return train_with(job, CpuBackend(instructions, job.precision, part, steps));
        }
    }
}

/// What decides the last bits of a result, beside the options. `architectures` are those of the ranks' GPUs.
std::string arithmetic(const Communicator& ranks, BackendKind kind, Precision precision, const TrainOptions& options,
                       const std::string& architectures)
{
    std::string text = name(kind);
    if (kind == BackendKind::cpu)
        text = fmt::format("{} by {}", name(precision), name(common_instruction_set(ranks, precision)));
    else if (kind == BackendKind::cuda)
        text = fmt::format("{} by cuda {}", name(precision), architectures);
    if (options.solve.exchange.wire != Wire::fp32)
        text += fmt::format(", fixed rows in {}", name(options.solve.exchange.wire));
    if (options.solve.cg_steps > 0) text += fmt::format(", {} steps of conjugate gradients", options.solve.cg_steps);
    return text;
}

/// Before anything is touched.
void require_known_solver(const TrainOptions& options)
{
    if (options.solve.cg_steps > 0 && options.machine.backend != "auto" && options.machine.backend != "cpu")
        throw Error(ExitCode::usage,
                    "--cg-steps {}: the {} backend solves all rows exactly; leave it out, or take --backend cpu",
                    options.solve.cg_steps, options.machine.backend);
    if (options.prior.any() && options.machine.backend == "cuda")
        throw Error(ExitCode::usage,
                    "--backend cuda: rows are pulled to features on CPUs alone: leave out "
                    "--item-features and --user-features, or take --backend cpu");
}

/// Of two forms of confidence one would be dropped without a word.
void require_one_form(const Objective& asked)
{
    if (asked.alpha == 0) return;
    if (asked.is_explicit())
        throw Error(ExitCode::usage, "--alpha {}: it is of implicit feedback: leave it out", asked.alpha);
    if (asked.alpha0 >= 0)
        throw Error(ExitCode::usage, "--alpha {} and --alpha0 {} are two forms of confidence: leave one out",
                    asked.alpha, asked.alpha0);
}

/// Steps of conjugate gradients and priors are the CPU's alone.
std::string backend_for(const TrainOptions& options)
{
    const bool on_cpus = options.solve.cg_steps > 0 || (options.prior.any() && options.machine.backend == "auto");
    return on_cpus ? "cpu" : options.machine.backend;
}

/// The checkpoint to go on from, if there is one.
std::optional<FoundCheckpoint> find_start(const Checkpoints& checkpoints, const TrainOptions& options,
                                          const DatasetInfo& data)
{
    auto found = checkpoints.newest(run_to_resume(options, data));
    if (!found) return std::nullopt;
    if (found->reader.info().half_steps >= 2 * options.sweeps)
        throw Error(ExitCode::usage, "{}: the run is past sweep {} already: ask for more sweeps, or add --overwrite",
                    found->path.string(), options.sweeps);
    return found;
}

/// Nothing where one of the ranks has found nothing: they must go on from the same place.
std::optional<FoundCheckpoint> on_all_ranks(const Communicator& ranks, std::optional<FoundCheckpoint> found)
{
    if (ranks.max(std::int64_t{!found}) > 0) return std::nullopt;
    return found;
}

/// The same for --overwrite: only this very run, interrupted, is resumed. Whatever else is there stays until the
/// new run is finished.
std::optional<FoundCheckpoint> find_own_start(const Communicator& ranks, RunDirectory& run, const TrainOptions& options,
                                              const DatasetInfo& data, const FileAccess& access)
{
    const auto here = [&]() -> std::optional<FoundCheckpoint> {
        try {
            return find_start(Checkpoints(ranks, run.checkpoints(), access), options, data);
        } catch (const Error& error) {  // another run's, past its end, or damaged; what cannot be read may be whole
            if (error.code() == ExitCode::io || error.code() == ExitCode::out_of_memory) throw;
            return std::nullopt;
        }
    };
    if (!run.has_model())
        if (auto found = on_all_ranks(ranks, here())) return found;
    if (!run.holds_a_run()) return std::nullopt;
    run.stage();
    return on_all_ranks(ranks, here());
}

/// What computes, and how.
struct Machine {
    BackendChoice choice;
    Precision precision;
    GpuModels models;
    int threads;
    std::string arithmetic;
};

Machine choose_machine(const Communicator& ranks, const TrainOptions& options)
{
    const BackendChoice choice = choose_backend(ranks, backend_for(options));
    const Precision precision = choose_precision(choice.kind, options.machine.precision);
    GpuModels models = choice.kind == BackendKind::cuda ? gpu_models(ranks) : GpuModels();
    const std::string text = arithmetic(ranks, choice.kind, precision, options, models.architectures);
    return {choice, precision, std::move(models), set_threads(ranks, options.machine.threads), text};
}

/// What the borders cannot know before it has happened.
void expect_export(Borders& borders, const DatasetInfo& data, const TrainOptions& options, Precision precision)
{
    // an exact half-step takes so many of those by steps, or in bf16 (docs/performance.md)
    constexpr double by_steps = 6, in_bf16 = 3;
    constexpr double bytes_per_second = 2e8;
    const auto bytes =
        static_cast<double>(std::max(data.users, data.items) * options.objective.width()) * sizeof(float);
    borders.expect(options.solve.cg_steps > 0     ? by_steps
                   : precision == Precision::bf16 ? in_bf16
                                                  : 1,
                   bytes / bytes_per_second);
}

TrainResult train_on(Job& job, const Machine& machine)
{
    job.log.line(size_line(job, machine.threads, machine.choice));
    if (job.run && job.run->staged())
        job.log.line(fmt::format("works in {}: what {} holds stays until this run is finished",
                                 job.run->metrics().parent_path().string(), job.options.out.string()));
    if (!machine.models.difference.empty())
        job.log.line(fmt::format("warning: {}: the last bits of a row depend on which of them solves it",
                                 machine.models.difference));
    try {
        return train_with_choice(job, machine.choice.kind);
    } catch (const Error& error) {
        job.log.record("failed", {{"code", static_cast<int>(error.code())}, {"message", error.what()}});
        throw;
    }
}

/// What the finished model is to be turned into is known before hours of training.
void require_space(const Communicator& ranks, const TrainOptions& options, const DatasetReader& dataset)
{
    if (options.align_to.empty()) return;
    by_leader(ranks, [&] { require_factors_of_model(options.align_to, dataset, options.objective); });
}

/// The lock of the run that `model` is a file of, where it has the name of one.
std::optional<OutputLock> lock_run_of(const Communicator& ranks, const std::filesystem::path& model)
{
    std::optional<OutputLock> lock;
    by_leader(ranks, [&] {
        const auto target = output_target(model);
        if (std::ranges::find(run_files, target.filename()) != run_files.end())
            lock.emplace(OutputLock::of_directory(directory_of(target)));
    });
    return lock;
}

}  // namespace

TrainResult run_training(const Communicator& ranks, const TrainOptions& asked, const std::string& resolved_config)
{
    require_known_solver(asked);
    require_one_form(asked.objective);
    Borders borders(ranks, asked.borders);  // signals count from here on
    const ParallelFileAccess access(ranks);
    const DatasetReader dataset(asked.data, access);
    TrainOptions options = asked;
    options.objective.settle(dataset.info());
    RunDirectory run(ranks, options, dataset.info());
    if (run.finished()) return {.already_finished = true, .model = run.model().string()};
    require_space(ranks, options, dataset);

    const auto resumed = options.overwrite ? find_own_start(ranks, run, options, dataset.info(), access)
                                           : find_start({ranks, run.checkpoints(), access}, options, dataset.info());
    const Checkpoints checkpoints(ranks, run.checkpoints(), access);

    const Machine machine = choose_machine(ranks, options);
    expect_export(borders, dataset.info(), options, machine.precision);
    const std::string run_id = resumed ? resumed->reader.info().run_id : make_run_id(ranks);
    const auto steps_before = static_cast<int>(resumed ? resumed->reader.info().half_steps : 0);
    run.begin(resolved_config, resumed.has_value());
    RunLog log(ranks, options, dataset, 2 * options.sweeps + 1 - steps_before,
               ranks.leads() ? MetricsLog(run.metrics(), run_id) : MetricsLog());
    log.record("start", {{"version", version()},
                         {"commit", git_commit()},
                         {"config", json::parse(result_config(options))},
                         {"data", dataset.info().fingerprint},
                         {"ranks", ranks.size()},
                         {"threads", machine.threads},
                         {"backend", name(machine.choice.kind)},
                         {"precision", name(machine.precision)}});
    Job job{.ranks = ranks,
            .options = options,
            .dataset = dataset,
            .run = &run,
            .checkpoints = &checkpoints,
            .model = {},
            .resumed = resumed ? &*resumed : nullptr,
            .borders = &borders,
            .log = log,
            .run_id = run_id,
            .arithmetic = machine.arithmetic,
            .precision = machine.precision};
    return train_on(job, machine);
}

TrainResult export_checkpoint(const Communicator& ranks, const CheckpointExport& asked)
{
    const auto lock = lock_output(ranks, asked.out);
    const auto lock_of_run = lock_run_of(ranks, asked.out);
    const ParallelFileAccess access(ranks);
    const DatasetReader dataset(asked.data, access);
    const FoundCheckpoint found = checkpoint_to_export(ranks, asked.source, dataset.info(), access);
    const CheckpointInfo& info = found.reader.info();
    TrainOptions options = options_of(info.config, found.path.string());
    options.data = asked.data;
    options.align_to = asked.align_to;
    require_space(ranks, options, dataset);
    const std::string parent = std::exchange(options.align_run, "");
    options.machine.backend = asked.backend;
    options.machine.threads = asked.threads;
    const BackendKind kind = choose_backend(ranks, backend_for(options)).kind;
    if (asked.precision != "auto" || !has_precision(kind, options.machine.precision))
        options.machine.precision = asked.precision;
    require_known_solver(options);
    const Machine machine = choose_machine(ranks, options);
    RunLog log(ranks, options, dataset, static_cast<int>(info.half_steps % 2 + 1), MetricsLog());
    if (!parent.empty() && asked.align_to.empty())
        log.line(
            fmt::format("warning: the run turns its model into the space of {}, and this one is not turned: give "
                        "that model with --align-to",
                        printable(parent)));
    Job job{.ranks = ranks,
            .options = options,
            .dataset = dataset,
            .run = nullptr,
            .checkpoints = nullptr,
            .model = asked.out,
            .resumed = &found,
            .borders = nullptr,
            .log = log,
            .run_id = info.run_id,
            .arithmetic = machine.arithmetic,
            .precision = machine.precision};
    return train_on(job, machine);
}

}  // namespace alster
