#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/statistics/metrics.hpp"
#include "host/tune/tune_report.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster prepare --input log.csv --split time:0.1 --validation time:0.1 --out d.h5\n"
    "  alster tune --data d.h5 --budget 20m --out best\n"
    "  alster evaluate --model best/model.h5 --data d.h5 --blend 0.2\n"
    "\n"
    "Settings are chosen by d.validation.h5 beside d.h5; the part that d.h5 holds out is not read.\n"
    "The same command goes on where one was interrupted. docs/tune.md has the rules.";

/// "90s", "20m", "1.5h" or a number of minutes.
double minutes_of(const std::string& text)
{
    double number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string unit(end, text.data() + text.size());
    const double minutes = unit == "s" ? number / 60 : unit == "h" ? number * 60 : number;
    if (status != std::errc() || !(minutes > 0) || !(minutes < 1e9) ||
        !(unit.empty() || unit == "s" || unit == "m" || unit == "h"))
        throw Error(ExitCode::usage, "--budget: '{}' is no time above 0 such as 90s, 20m or 1.5h", text);
    return minutes;
}

void add_options(CLI::App& app, TuneOptions& options, std::string& budget)
{
    app.add_option("--data", options.data, "dataset.h5, prepared with --validation")->required();
    app.add_option("--out", options.out, "Directory: model.h5, neighbours.h5, tune.json")->required();
    app.add_option("--trials", options.trials, "Settings that are tried: the budget by which a choice is repeatable")
        ->check(CLI::Range(1, 10'000));
    app.add_option("--budget", budget, "Begin nothing new after so long: 90s, 20m, 1.5h; else --trials alone decides");
    app.add_option("--factors", options.factors, "Numbers of latent factors to choose from")
        ->delimiter(',')
        ->check(CLI::Range(Row{1}, max_factors));
    app.add_option("--sweeps", options.sweeps, "Of the model, and of the best trials; others get fewer")
        ->check(CLI::Range(1, 100'000));
    app.add_option("--seed", options.seed, "Of the settings that are tried, and of first factors");
    app.add_option("--metric", options.by.metric,
                   "What is chosen by: recall, recall_all, precision, hr, ndcg, map, mrr")
        ->check(CLI::IsMember(std::vector<std::string>(ranking_metrics.begin(), ranking_metrics.end())));
    app.add_option("--k", options.by.k, "Length of the lists")->check(CLI::Range(Row{1}, Row{1'000'000}));
    app.add_option("--backend", options.backend, "auto, cuda or cpu")->check(CLI::IsMember({"auto", "cuda", "cpu"}));
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
    app.add_option("--worker", options.worker,
                   "Share the trials with the same command of other workers; worker 0 makes the model")
        ->check(CLI::Range(0, 9999))
        ->configurable(false);
    app.add_flag("--overwrite", options.overwrite, "Replace what is in --out")->configurable(false);
}

}  // namespace

int tune_command(int argc, char** argv)
{
    TuneOptions options;
    std::string budget;
    CommandLine line("tune",
                     "Chooses a model's settings and its blend with neighbours by a validation part, and trains it.",
                     examples);
    add_options(line.app(), options, budget);
    if (!line.parse(argc, argv)) return 0;
    if (!budget.empty()) options.minutes = minutes_of(budget);
    if (options.worker >= 0 && options.overwrite)
        throw Error(ExitCode::usage, "--overwrite: workers cannot know what others are at: remove {} first",
                    options.out.string());
    std::ranges::sort(options.factors);
    options.factors.erase(std::ranges::unique(options.factors).begin(), options.factors.end());

    const Communicator ranks;
    const TuneResult result = tune(ranks, options);
    if (!ranks.leads()) return 0;
    if (result.saved) {
        say("alster: interrupted: run the same command again to go on");
        return static_cast<int>(ExitCode::requeue);
    }
    if (result.helped)
        print("worker {}: all trials are measured; worker 0 makes the model\n", options.worker);
    else if (line.json())
        print("{}\n", json_text(to_json(result, options)));
    else
        print("{}", to_text(result, options));
    return 0;
}

}  // namespace alster
