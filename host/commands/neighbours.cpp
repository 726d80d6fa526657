#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/machine/peak_memory.hpp"
#include "host/machine/stopwatch.hpp"
#include "host/machine/threads.hpp"
#include "host/model/model_and_data.hpp"
#include "host/personalize/walk.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster neighbours --data dataset.h5 --model run/model.h5\n"
    "  mpirun -n 4 alster neighbours --data dataset.h5 --out neighbours.h5 --b 0.4 --most 100\n"
    "  alster recommend --model run/model.h5 --data dataset.h5 --user 42 --blend 0.25\n"
    "\n"
    "Which items do the users of an item take as well? No model is needed: --model only says where neighbours.h5 "
    "comes\n"
    "to lie, and is compared with the dataset. docs/neighbours.md has the formula.";

struct Options {
    NeighbourOptions neighbours;
    std::filesystem::path data;
    std::filesystem::path model;
    std::filesystem::path out;
    int threads = 0;
};

void add_options(CLI::App& app, Options& options)
{
    app.add_option("--data", options.data, "The dataset.h5 whose training part is walked over")->required();
    auto* where = app.add_option_group("where", "The file to write");
    where->add_option("--model", options.model, "model.h5: write neighbours.h5 beside it, where --blend looks for it");
    where->add_option("--out", options.out, "Write this file");
    where->require_option(1);
    app.add_option("--b", options.neighbours.rule.b,
                   "Popularity of neighbours: 0.5 is the walk P3, less favours rarer items")
        ->check(CLI::Range(-2.0, 2.0));
    app.add_option("--most", options.neighbours.rule.most, "Neighbours of an item that are kept")
        ->check(CLI::Range(Row{1}, Row{65'535}));
    app.add_option("--history-limit", options.neighbours.history_limit,
                   "Of a user with more interactions so many are drawn")
        ->check(CLI::Range(Row{2}, Row{1'000'000}));
    app.add_option("--seed", options.neighbours.seed, "Of the draw")
        ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 62));
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

nlohmann::json facts_of(const NeighbourInfo& info, const Options& options, double seconds)
{
    return {{"out", options.out.string()},
            {"items", info.items},
            {"neighbours", info.neighbours},
            {"interactions", info.interactions},
            {"b", info.b},
            {"most", info.most},
            {"history_limit", info.history_limit},
            {"sampled_users", info.sampled_users},
            {"seconds", seconds},
            {"peak_bytes", peak_memory()}};
}

std::string text_of(const NeighbourInfo& info, const Options& options, double seconds)
{
    std::string text =
        fmt::format("wrote {}: {} neighbours of {} items from {} interactions in {:.1f} s",
                    printable(options.out.string()), info.neighbours, info.items, info.interactions, seconds);
    if (info.sampled_users > 0)
        text += fmt::format(", histories of {} user{} cut to {} interactions", info.sampled_users,
                            info.sampled_users == 1 ? "" : "s", info.history_limit);
    return text;
}

}  // namespace

int neighbours_command(int argc, char** argv)
{
    Options options;
    CommandLine line("neighbours", "Finds for each item those that its users took as well.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    Stopwatch watch;
    const ParallelFileAccess access(ranks);
    const DatasetReader dataset(options.data, access);
    set_threads(ranks, options.threads);
    if (!options.model.empty()) {
        const auto warning = require_match(ranks, ModelReader(options.model, access), dataset);
        if (ranks.leads() && !warning.empty()) say("alster: warning: {}", warning);
        options.out = neighbours_beside(options.model);
    }
    const NeighbourInfo info = make_neighbours(ranks, dataset, options.neighbours, options.out);
    if (!ranks.leads()) return 0;
    const double seconds = watch.lap();
    if (line.json())
        print("{}\n", json_text(facts_of(info, options, seconds)));
    else
        print("{}\n", text_of(info, options, seconds));
    return 0;
}

}  // namespace alster
