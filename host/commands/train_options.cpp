#include "host/commands/train_options.hpp"

#include <map>

namespace alster {

namespace {

const std::map<std::string, Feedback> objectives = {{"implicit", Feedback::implicit_feedback},
                                                    {"explicit", Feedback::explicit_feedback}};

const std::map<std::string, ExchangeKind> exchanges = {{"auto", ExchangeKind::automatic},
                                                       {"all-gather", ExchangeKind::all_gather},
                                                       {"need-only", ExchangeKind::need_only}};

const std::map<std::string, Wire> wires = {{"fp32", Wire::fp32}, {"bf16", Wire::bf16}};

const std::map<std::string, Rebalance> rebalances = {
    {"auto", Rebalance::automatic}, {"never", Rebalance::never}, {"always", Rebalance::always}};

/// An option that is one of some words. Its result stays the word: config.resolved.toml is for people, too.
template <class Enum>
void add_choice(CLI::App& app, const std::string& name, Enum& value, const std::map<std::string, Enum>& words,
                const std::string& preset, const std::string& text)
{
    const auto set = [&](const std::string& word) { value = words.at(word); };
    app.add_option_function<std::string>(name, set, text)
        ->transform(CLI::IsMember(words, CLI::ignore_case))
        ->default_str(preset);
}

}  // namespace

void add_objective(CLI::App& app, Feedback& objective)
{
    add_choice(app, "--objective", objective, objectives, "implicit", "implicit or explicit feedback");
}

void add_exchange(CLI::App& app, ExchangeOptions& exchange)
{
    add_choice(app, "--exchange", exchange.kind, exchanges, "auto",
               "How factors come to the ranks: all-gather, need-only (the rows that a rank's interactions name), or "
               "auto by what moves less");
    add_choice(
        app, "--wire", exchange.wire, wires, "fp32",
        "What factors travel as: fp32, or bf16, half the bytes; a rank's own rows are rounded alike, so that the "
        "result does not depend on who needs them");
}

void add_cg_steps(CLI::App& app, TrainOptions& options)
{
    app.add_option("--cg-steps", options.solve.cg_steps,
                   "Steps of conjugate gradients from the sweep before, for rows where they are cheaper than the exact "
                   "solution (cpu backend); 0: all rows exactly")
        ->check(CLI::Range(0, 100));
}

void add_precision(CLI::App& app, TrainOptions& options)
{
    app.add_option("--precision", options.machine.precision,
                   "Of the rows' systems: fp32, bf16 (rounds the fixed side), tf32x3 (GPU only: tensor cores, nearly "
                   "fp32), or auto (fp32 on a CPU, tf32x3 on a GPU)")
        ->check(CLI::IsMember({"auto", "fp32", "tf32x3", "bf16"}));
}

namespace {

CLI::Range at_least(double least) { return CLI::Range(least, 1e12); }

/// What decides the result.
void add_objective_options(CLI::App& app, TrainOptions& options)
{
    const CLI::Range positive(1e-300, 1e12, "a number above 0");
    app.add_option("--data", options.data, "dataset.h5, made by alster prepare")->required();
    app.add_option("--out", options.out, "Directory of the run: model.h5, metrics.jsonl …")->required();
    add_objective(app, options.objective.feedback);
    app.add_option("--factors", options.objective.factors, "Latent factors, 1 … 2048")
        ->check(CLI::Range(Row{1}, max_factors));
    const auto set_lambda = [&](const std::string& text) {
        options.objective.lambda = text == "auto" ? -1 : std::stod(text);
    };
    app.add_option_function<std::string>("--reg", set_lambda, "λ > 0, regularization; auto: 0.02, explicit 0.15")
        ->check(CLI::Validator([positive](std::string& text) { return text == "auto" ? "" : positive(text); }, ""))
        ->type_name("FLOAT or auto")
        ->default_str("auto");
    app.add_option("--bias-reg", options.objective.bias_lambda, "λ of the biases (explicit); below 0: as --reg");
    app.add_option("--alpha0", options.objective.alpha0, "Weight of all user-item pairs (implicit)")
        ->check(at_least(0));
    app.add_option(
           "--alpha", options.objective.alpha,
           "The classic form: confidence 1 + alpha·r, weight 1 on what was not seen, whatever --alpha0; 0: not used")
        ->check(at_least(0));
    app.add_option("--nu", options.objective.nu, "λ_u = λ (n_u + alpha0·items)^nu: 0 plain ridge, 1 by frequency")
        ->check(CLI::Range(0.0, 2.0));
    app.add_option("--sweeps", options.sweeps, "Iterations, each solves users and items")->check(CLI::Range(1, 100000));
    add_cg_steps(app, options);
    app.add_option("--seed", options.solve.seed, "Start of the item factors");
    app.add_option("--init-scale", options.solve.init_scale, "The start has standard deviation init-scale/√factors")
        ->check(positive);
    app.add_option("--patience", options.patience,
                   "Stop after so many sweeps without a better metric of the held-out part, which then is no honest "
                   "test any more; 0: never")
        ->check(CLI::Range(0, 100000));
}

/// How it is computed.
void add_machine_options(CLI::App& app, TrainOptions& options)
{
    app.add_option("--backend", options.machine.backend,
                   "auto (cuda where it is built and every rank finds a GPU, else cpu), cuda, cpu, or reference (slow, "
                   "double precision)")
        ->check(CLI::IsMember({"auto", "cuda", "cpu", "reference"}));
    add_precision(app, options);
    app.add_option("--gpu-memory", options.machine.gpu_memory,
                   "GiB of its GPU that a rank may take; 0: its share of what is free")
        ->check(at_least(0));
    app.add_option("--gpu-exchange", options.machine.gpu_exchange,
                   "How factors leave a GPU: auto (MPI is given device memory where it says, and shows, that it reads "
                   "it), or host (through page-locked host memory)")
        ->check(CLI::IsMember({"auto", "host"}));
    add_exchange(app, options.solve.exchange);
    app.add_flag("--check-exchange", options.solve.exchange.checked,
                 "Factors travel with checksums; damage on the way ends the run with exit code 74");
    add_choice(app, "--rebalance", options.rebalance, rebalances, "auto",
               "Share rows out anew after two sweeps, by the times that ranks took: auto (where that pays), never, "
               "always");
    app.add_option("--threads", options.machine.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

/// When it is saved and ended.
void add_border_options(CLI::App& app, TrainOptions& options)
{
    app.add_option(
           "--checkpoint-minutes", options.borders.checkpoint_minutes,
           "Save the run's state so often, to go on from by the same command; 0: only when asked to by a signal "
           "(USR1, TERM: save and end with exit code 75; USR2: save)")
        ->check(at_least(0));
    app.add_option("--stop-after-minutes", options.borders.stop_after_minutes,
                   "Save and end in time for this, as SLURM_JOB_END_TIME makes it; 0: no limit")
        ->check(at_least(0));
    app.add_flag("--overwrite", options.overwrite,
                 "Replace what --out holds of another run, which stays until this one is done")
        ->configurable(false);
}

}  // namespace

void add_train_options(CLI::App& app, TrainOptions& options)
{
    add_objective_options(app, options);
    add_machine_options(app, options);
    add_border_options(app, options);
}

}  // namespace alster
