#include <fmt/format.h>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/evaluate/evaluation.hpp"
#include "host/evaluate/report.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster evaluate --model run/model.h5 --data dataset.h5\n"
    "  mpirun -n 4 alster evaluate --model run/model.h5 --data dataset.h5 --k 10,20,100 --json\n"
    "  alster evaluate --model run/model.h5 --data dataset.h5 --candidates test.negative.gz\n"
    "\n"
    "A line of --candidates is (user,positive)<tab>negative<tab>negative…\n"
    "Ties count against the model. Users without history are measured with the popular items that they are served.\n"
    "recall@k divides by min(k, relevant), recall_all@k by all relevant items. docs/evaluation.md defines every "
    "number.";

void add_options(CLI::App& app, EvaluateOptions& options)
{
    app.add_option("--model", options.served.model, "model.h5 of alster train, or its run's directory")->required();
    app.add_option("--data", options.served.data, "The dataset.h5 it was trained on")->required();
    app.add_option("--k", options.ks, "Lengths of the lists: 10,20,100, or 10 with --candidates")
        ->delimiter(',')
        ->check(CLI::Range(Row{1}, Row{1'000'000}));
    app.add_option("--candidates", options.candidates, "Rank positives among given negatives (plain or gzip)");
    app.add_option("--relevant-from", options.relevance.value_from,
                   "Held-out interactions of a smaller value are not relevant (not with event rules)")
        ->default_str("all are");
    app.add_option("--relevant-preference", options.relevance.preference_from,
                   "Nor are those of a smaller preference; preference 0 never is")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_option("--backend", options.served.backend,
                   "Where items are scored: auto (GPUs where every rank finds one), cuda, or cpu")
        ->check(CLI::IsMember({"auto", "cuda", "cpu"}));
    app.add_option("--threads", options.served.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

}  // namespace

int evaluate_command(int argc, char** argv)
{
    EvaluateOptions options;
    CommandLine line("evaluate", "Measures a model on held-out interactions, beside a baseline.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    const Evaluation evaluation = evaluate(ranks, options);
    if (!ranks.leads()) return 0;
    for (const auto& warning : evaluation.warnings) say("alster: warning: {}", warning);
    if (line.json())
        print("{}\n", json_text(to_json(evaluation)));
    else
        print("{}", to_text(evaluation));
    if (!evaluation.scored_by.empty()) say("alster: {}", evaluation.scored_by);
    return 0;
}

}  // namespace alster
