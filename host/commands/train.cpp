#include <fmt/format.h>

#include <map>

#include "data/error.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/train/job.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster train --data dataset.h5 --factors 128 --reg 0.003 --alpha0 0.1 --sweeps 16 --out run\n"
    "  mpirun -n 4 alster train --data dataset.h5 --factors 256 --out run\n"
    "  alster train --data ratings.h5 --objective explicit --factors 32 --reg 0.05 --out run\n"
    "  alster train --config run/config.resolved.toml --seed 2 --out run2";

const std::map<std::string, Feedback> objectives = {{"implicit", Feedback::implicit_feedback},
                                                    {"explicit", Feedback::explicit_feedback}};

const std::map<std::string, ExchangeKind> exchanges = {{"auto", ExchangeKind::automatic},
                                                       {"all-gather", ExchangeKind::all_gather},
                                                       {"need-only", ExchangeKind::need_only}};

void add_options(CLI::App& app, TrainOptions& options)
{
    const CLI::Range any(-1e12, 1e12);
    const auto at_least = [](double least) { return CLI::Range(least, 1e12); };
    const CLI::Range positive(1e-300, 1e12, "a number above 0");
    app.add_option("--data", options.data, "dataset.h5, made by alster prepare")->required();
    app.add_option("--out", options.out, "Directory of the run: model.h5, metrics.jsonl …")->required();
    app.add_option("--objective", options.feedback, "implicit or explicit feedback")
        ->transform(CLI::CheckedTransformer(objectives, CLI::ignore_case))
        ->default_str("implicit");
    app.add_option("--factors", options.factors, "Latent factors, 1 … 2048")->check(CLI::Range(Row{1}, max_factors));
    app.add_option("--reg", options.lambda, "λ > 0, regularization")->check(positive);
    app.add_option("--bias-reg", options.bias_lambda, "λ of the biases (explicit); below 0: as --reg");
    app.add_option("--alpha0", options.alpha0, "Weight of all user-item pairs (implicit)")->check(at_least(0));
    app.add_option(
           "--alpha", options.alpha,
           "The classic form: confidence 1 + alpha·r, weight 1 on what was not seen, whatever --alpha0; 0: not used")
        ->check(at_least(0));
    app.add_option("--nu", options.nu, "λ_u = λ (n_u + alpha0·items)^nu: 0 plain ridge, 1 by frequency")
        ->check(CLI::Range(0.0, 2.0));
    app.add_option("--sweeps", options.sweeps, "Iterations, each solves users and items")->check(CLI::Range(1, 100000));
    app.add_option("--seed", options.seed, "Start of the item factors");
    app.add_option("--init-scale", options.init_scale, "The start has standard deviation init-scale/√factors")
        ->check(positive);
    app.add_option("--patience", options.patience,
                   "Stop after so many sweeps without a better metric of the held-out part, which then is no honest "
                   "test any more; 0: never")
        ->check(CLI::Range(0, 100000));
    app.add_option("--backend", options.backend,
                   "auto (cuda where it is built and every rank finds a GPU, else cpu), cuda, cpu, or reference (slow, "
                   "double precision)")
        ->check(CLI::IsMember({"auto", "cuda", "cpu", "reference"}));
    app.add_option("--precision", options.precision,
                   "Of the rows' systems: fp32, bf16 (rounds the fixed side), tf32x3 (GPU only: tensor cores, nearly "
                   "fp32), or auto (fp32 on a CPU, tf32x3 on a GPU)")
        ->check(CLI::IsMember({"auto", "fp32", "tf32x3", "bf16"}));
    app.add_option("--gpu-memory", options.gpu_memory,
                   "GiB of its GPU that a rank may take; 0: its share of what is free")
        ->check(at_least(0));
    app.add_option(
           "--exchange", options.exchange,
           "How factors come to the ranks: all-gather, need-only (the rows that a rank's interactions name), or "
           "auto by what moves less")
        ->transform(CLI::CheckedTransformer(exchanges, CLI::ignore_case))
        ->default_str("auto");
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
    app.add_option(
           "--checkpoint-minutes", options.borders.checkpoint_minutes,
           "Save the run's state so often, to go on from by the same command; 0: only when asked to by a signal "
           "(USR1, TERM: save and end with exit code 75; USR2: save)")
        ->check(at_least(0));
    app.add_option("--stop-after-minutes", options.borders.stop_after_minutes,
                   "Save and end in time for this, as SLURM_JOB_END_TIME makes it; 0: no limit")
        ->check(at_least(0));
    app.add_flag("--overwrite", options.overwrite, "Begin anew, and replace what --out holds of another run")
        ->configurable(false);
}

void print_summary(const nlohmann::json& summary)
{
    if (summary.contains("already_finished"))
        fmt::print("{} is finished already: nothing to do\n", summary["model"].get<std::string>());
    else if (summary.contains("checkpoint"))
        fmt::print("saved in {}: run the same command again to go on\n", summary["checkpoint"].get<std::string>());
    else
        fmt::print("wrote {} ({} sweeps, {:.2f} s a sweep, objective {:.7g})\n", summary["model"].get<std::string>(),
                   summary["sweeps"].get<int>(), summary["seconds_per_sweep"].get<double>(),
                   summary["objective"].get<double>());
}

}  // namespace

int train_command(int argc, char** argv)
{
    TrainOptions options;
    CommandLine line("train", "Factorizes a dataset into user and item embeddings by exact alternating least squares.",
                     examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    const auto summary = run_training(ranks, options, line.resolved());
    // of a launcher's tasks one speaks, and one returns the code
    if (!ranks.leads()) return 0;
    if (line.json())
        fmt::print("{}\n", summary.dump());
    else
        print_summary(summary);
    return static_cast<int>(summary.contains("checkpoint") ? ExitCode::requeue : ExitCode::done);
}

}  // namespace alster
