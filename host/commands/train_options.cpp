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
               "How factors reach the ranks: all-gather, need-only, or auto (whichever moves less)");
    add_choice(app, "--wire", exchange.wire, wires, "fp32", "What factors travel as: fp32, or bf16 for half the bytes");
}

void add_cg_steps(CLI::App& app, TrainOptions& options)
{
    app.add_option("--cg-steps", options.solve.cg_steps,
                   "Steps of conjugate gradients for rows where they are cheaper (cpu); 0: all exact")
        ->check(CLI::Range(0, 100));
}

void add_precision(CLI::App& app, TrainOptions& options)
{
    app.add_option("--precision", options.machine.precision,
                   "fp32, bf16 (rounds the fixed side), tf32x3 (GPU), or auto (fp32 on a CPU, else tf32x3)")
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
    const auto set_alpha0 = [&](const std::string& text) {
        options.objective.alpha0 = text == "auto" ? -1 : std::stod(text);
    };
    const auto not_negative = at_least(0);
    app.add_option_function<std::string>("--alpha0", set_alpha0,
                                         "Weight of all user-item pairs (implicit); auto: 8 · density of the data")
        ->check(
            CLI::Validator([not_negative](std::string& text) { return text == "auto" ? "" : not_negative(text); }, ""))
        ->type_name("FLOAT or auto")
        ->default_str("auto");
    app.add_option("--alpha", options.objective.alpha,
                   "Confidence 1 + alpha·r, weight 1 on unseen pairs, in place of --alpha0; 0: not used")
        ->check(at_least(0));
    app.add_option("--nu", options.objective.nu, "λ_u = λ (n_u + alpha0·items)^nu: 0 plain ridge, 1 by frequency")
        ->check(CLI::Range(0.0, 2.0));
    app.add_option("--sweeps", options.sweeps, "Iterations: each solves the users, then the items")
        ->check(CLI::Range(1, 100000));
    add_cg_steps(app, options);
    app.add_option("--seed", options.solve.seed, "Seed of the first item factors");
    app.add_option("--init-scale", options.solve.init_scale,
                   "The first factors have standard deviation init-scale/√factors")
        ->check(positive);
    app.add_option("--start-from", options.solve.start_from,
                   "A model of earlier data: its item factors are the start, by id");
    app.add_option("--align-to", options.align_to,
                   "A model of earlier data, into whose space the finished factors are turned");
    app.add_option("--patience", options.patience,
                   "Stop after so many sweeps without a better held-out metric (then biased); 0: never")
        ->check(CLI::Range(0, 100000));
}

/// What rows are pulled to.
void add_prior_options(CLI::App& app, PriorOptions& prior)
{
    app.add_option("--item-features", prior.items.attributes,
                   "Attributes that items are pulled to a map of, by commas; docs/cold.md")
        ->delimiter(',');
    app.add_option("--user-features", prior.users.attributes, "The same of users")->delimiter(',');
    const auto set_rows = [&](Row rows) { prior.users.least_rows = prior.items.least_rows = rows; };
    app.add_option_function<Row>("--feature-rows", set_rows, "A value that fewer rows have is no feature")
        ->check(CLI::Range(Row{1}, Row{1'000'000'000}))
        ->default_str("5");
    app.add_option("--feature-reg", prior.ridge, "Ridge of the map, in mean rows")
        ->check(CLI::Range(1e-6, 1e12, "a number above 0"));
}

/// How it is computed.
void add_machine_options(CLI::App& app, TrainOptions& options)
{
    app.add_option("--backend", options.machine.backend,
                   "auto (cuda where every rank finds a GPU, else cpu), cuda, cpu, or reference (slow fp64)")
        ->check(CLI::IsMember({"auto", "cuda", "cpu", "reference"}));
    add_precision(app, options);
    app.add_option("--gpu-memory", options.machine.gpu_memory,
                   "GiB that a rank may take of its GPU; 0: its share of what is free")
        ->check(at_least(0));
    app.add_option("--gpu-exchange", options.machine.gpu_exchange,
                   "How factors leave a GPU: auto (device memory where MPI reads it), or host")
        ->check(CLI::IsMember({"auto", "host"}));
    add_exchange(app, options.solve.exchange);
    app.add_flag("--check-exchange", options.solve.exchange.checked,
                 "Send factors with checksums: damage on the way ends the run with exit code 74");
    add_choice(app, "--rebalance", options.rebalance, rebalances, "auto",
               "Repartition rows by measured times after two sweeps: auto (where it pays), never, always");
    app.add_option("--threads", options.machine.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

/// When it is saved and ended.
void add_border_options(CLI::App& app, TrainOptions& options)
{
    app.add_option("--checkpoint-minutes", options.borders.checkpoint_minutes,
                   "Minutes between checkpoints; 0: only on a signal (USR2; USR1 and TERM also end, 75)")
        ->check(at_least(0));
    app.add_option("--stop-after-minutes", options.borders.stop_after_minutes,
                   "Save and end before so many minutes, as before SLURM_JOB_END_TIME; 0: no limit")
        ->check(at_least(0));
    app.add_flag("--overwrite", options.overwrite, "Replace another run in --out, which stays until this one is done")
        ->configurable(false);
}

}  // namespace

void add_train_options(CLI::App& app, TrainOptions& options)
{
    add_objective_options(app, options);
    add_prior_options(app, options.prior);
    add_machine_options(app, options);
    add_border_options(app, options);
    const auto group = [&](const char* name, std::initializer_list<const char*> members) {
        for (const char* option : members) app.get_option(option)->group(name);
    };
    group("Model", {"--objective", "--factors", "--reg", "--bias-reg", "--alpha0", "--alpha", "--nu"});
    group("Prior from features", {"--item-features", "--user-features", "--feature-rows", "--feature-reg"});
    group("Run", {"--sweeps", "--cg-steps", "--seed", "--init-scale", "--start-from", "--align-to", "--patience"});
    group("Ranks and GPUs", {"--backend", "--precision", "--threads", "--exchange", "--wire", "--check-exchange",
                             "--rebalance", "--gpu-memory", "--gpu-exchange"});
    group("Saving", {"--checkpoint-minutes", "--stop-after-minutes", "--overwrite"});
}

}  // namespace alster
