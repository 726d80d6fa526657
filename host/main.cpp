#include <string_view>

#include "data/console.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/help/help_command.hpp"
#include "host/machine/version.hpp"

namespace {

using namespace alster;

constexpr Command commands[] = {
    {"synth", "make a synthetic catalogue and an interaction log", synth_command, false},
    {"prepare", "turn interaction logs into dataset.h5", prepare_command, true},
    {"plan", "say what a training run will take", plan_command, false},
    {"train", "factorize a dataset into user and item embeddings", train_command, true, "", false},
    {"update", "add new events to a model without retraining", update_command, true},
    {"erase", "remove users and items from files for good", erase_command, false},
    {"export-checkpoint", "make a model of a run that is not finished", export_checkpoint_command, true},
    {"sweep", "list the runs of a sweep file, or train one of them", sweep_command, false, "", false, true},
    {"sweep-report", "compare the runs of a sweep", sweep_report_command, false},
    {"tune", "choose the settings of a model, and train it", tune_command, true},
    {"report", "make a page of a run: how it went, how good it is", report_command, true},
    {"scaling", "say how runs on more ranks got faster, and what they cost", scaling_command, false},
    {"evaluate", "measure a model on held-out interactions", evaluate_command, true},
    {"compare", "say which of several models is better, and for whom", compare_command, true},
    {"neighbours", "find the items that users of an item take as well", neighbours_command, true},
    {"map", "give items without interactions factors from their features", map_command, true},
    {"recommend", "list the best unseen items for users", recommend_command, true},
    {"explain", "say which events of a history a score is due to", explain_command, true},
    {"rerank", "put items that a search has found in a user's order", rerank_command, true},
    {"popular", "list the items that most users took", popular_command, true},
    {"similar", "list the items most like an item", similar_command, true},
    {"page", "make home pages: rows of titles, each with a reason", page_command, true},
    {"export", "write vectors or lists for other systems", export_command, false},
    {"audit", "check lists against the rules of who may see what", audit_command, true},
    {"diff", "compare two list files before one is published", diff_command, false},
    {"gate", "judge a model or a list file before it is published", gate_command, true},
    {"publish", "let an alias lead to what a gate has passed", publish_command, false},
    {"ab", "assign users to variants; read what came of an experiment", ab_command, false, "assign read"},
    {"offpolicy", "estimate a policy's reward from the log of another", offpolicy_command, false},
    {"doctor", "say what this machine has, and what to change", doctor_command, true},
    {"inspect", "show and verify an alster file", inspect_command, false},
};

}  // namespace

int main(int argc, char** argv)
{
    hold_standard_streams();
    const std::string_view word = argc > 1 ? argv[1] : "--help";
    if (word == "help") return help_command(commands, argc - 1, argv + 1);
    if (word == "--help" || word == "-h") return run_guarded([] { print_overview(commands); });
    if (word == "--version" || word == "-V") return run_guarded([] { print(build_facts()); });
    for (const auto& command : commands)
        if (word == command.name) return run(command, argc - 1, argv + 1);
    return refuse_command(commands, argv[1]);
}
