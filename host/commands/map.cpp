#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/evaluate/cold_items.hpp"
#include "host/update/map_items.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster map --model run --data dataset.h5 --features genres,cast --out mapped/model.h5\n"
    "  alster recommend --model mapped --data dataset.h5 --user 42 --new-slots 2\n"
    "\n"
    "Items of which nothing was learned get factors from their features. Some learned items are hidden first, to "
    "see\nwhich way to rank new ones finds them best. docs/cold.md has the formulas.";

struct Options {
    ServedOptions served;
    ColdItemsOptions trial;
    std::filesystem::path out;
};

void add_options(CLI::App& app, Options& options)
{
    app.add_option("--model", options.served.model, "model.h5 of alster train, or its run's directory")->required();
    app.add_option("--data", options.served.data, "The dataset.h5 it was trained on")->required();
    app.add_option("--features", options.trial.features.attributes,
                   "Attributes that say what items are like, by commas: sets, categories, bools")
        ->delimiter(',')
        ->required();
    app.add_option("--out", options.out, "The model with mapped items")->required();
    app.add_option("--feature-rows", options.trial.features.least_rows, "A value that fewer items have says nothing")
        ->check(CLI::Range(Row{1}, Row{1'000'000'000}));
    app.add_option("--hide", options.trial.fraction, "Fraction of the learned items to choose the way on")
        ->check(CLI::Range(0.001, 0.9));
    app.add_option("--seed", options.trial.seed, "Of which items are hidden");
    app.add_option("--threads", options.served.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

}  // namespace

int map_command(int argc, char** argv)
{
    Options options;
    options.served.backend = "cpu";
    CommandLine line("map", "Gives items without interactions factors from their features.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    ServedModel served(ranks, options.served);
    const ColdItemsReport report = evaluate_cold_items(served, options.trial);
    const NewItems items{.features = options.trial.features, .by = report.best};
    const MappedItems made = write_mapped_model(served, items, report.map, options.out);
    if (!ranks.leads()) return 0;
    for (const auto& warning : {served.warning(), served.note()})
        if (!warning.empty()) say("alster: warning: {}", warning);
    if (line.json()) {
        auto facts = to_json(report);
        facts["mapped"] = made.mapped;
        facts["undescribed"] = made.undescribed;
        facts["factors_by"] = name(report.map);
        facts["out"] = options.out.string();
        print("{}\n", json_text(facts));
        return 0;
    }
    print("{}mapped {} items by {}, {} have no features to map\nwrote {}; new titles are ranked by {}\n",
          to_text(report), made.mapped, name(report.map), made.undescribed, printable(options.out.string()),
          name(report.best));
    return 0;
}

}  // namespace alster
