#include <fmt/format.h>

#include <optional>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/machine/threads.hpp"
#include "host/model/model_and_data.hpp"
#include "host/model/scoring.hpp"
#include "host/personalize/blocks.hpp"
#include "host/personalize/list_text.hpp"
#include "host/personalize/list_writer.hpp"
#include "host/personalize/neighbours.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster similar --model run/model.h5 --data dataset.h5 --item 318 --k 10\n"
    "  mpirun -n 4 alster similar --model run/model.h5 --all --k 50 --out similar.h5\n"
    "\n"
    "The score is the cosine of the items' latent factors. An item of which nothing was learned has no neighbours.";

constexpr const char* score = "cosine of the items' latent factors";

struct Options {
    std::filesystem::path model;
    std::filesystem::path data;
    std::vector<std::string> items;
    bool all = false;
    Row k = 10;
    std::filesystem::path out;
    std::string backend = "auto";
    int threads = 0;
};

void add_options(CLI::App& app, Options& options)
{
    app.add_option("--model", options.model, "model.h5, made by alster train")->required();
    app.add_option("--data", options.data, "The dataset.h5 it was trained on: for titles");
    auto* which = app.add_option_group("which", "Items to find the neighbours of");
    which->add_option("--item", options.items, "Ids");
    which->add_flag("--all", options.all, "All items of the model; needs --out");
    which->require_option(1);
    app.add_option("--k", options.k, "Neighbours of an item")->check(CLI::Range(Row{1}, Row{65'535}));
    app.add_option("--out", options.out, "Write lists.jsonl, or with --all lists.h5");
    app.add_option("--backend", options.backend,
                   "Where items are scored: auto (GPUs with --all where every rank finds one), cuda, or cpu")
        ->check(CLI::IsMember({"auto", "cuda", "cpu"}));
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

void check(const Options& options)
{
    if (options.all && options.out.empty())
        throw Error(ExitCode::usage, "--all needs --out similar.h5 or --out similar.jsonl");
    if (!options.all && !options.out.empty() && !is_json_lines(options.out))
        throw Error(ExitCode::usage, "--out {}: an HDF5 file holds the neighbours of --all items; name a .jsonl file",
                    options.out.string());
}

/// Why an item has no neighbours.
std::string no_neighbours(const DatasetReader* dataset, Row item)
{
    if (!dataset) return "nothing was learned of it, so no neighbours";
    const auto offsets = dataset->offsets(Part::train, Side::items, {item, item + 1});
    const Offset interactions = offsets[1] - offsets[0];
    if (interactions == 0) return "no interactions in training, so no neighbours";
    return fmt::format(
        "nothing was learned from its {} interaction{}, none of which says that it is liked, so no "
        "neighbours",
        interactions, interactions == 1 ? "" : "s");
}

void print_lists(const Neighbours& neighbours, const ItemLabels& labels, const DatasetReader* dataset,
                 std::span<const Row> items, Row k, bool json)
{
    const TopK lists = neighbours.lists(items, k);
    auto objects = nlohmann::json::array();
    for (std::size_t n = 0; n < items.size(); ++n) {
        const auto row = static_cast<Row>(n);
        if (json) {
            objects.push_back(list_json(lists, row, labels));
            objects.back()["item"] = labels.id(items[n]);
            if (lists.filled[n] == 0) objects.back()["remark"] = no_neighbours(dataset, items[n]);
            continue;
        }
        const std::string title = labels.has_titles() ? "  " + printable(labels.title(items[n])) : "";
        const std::string id = printable(labels.id(items[n]));
        if (lists.filled[n] == 0)
            print("item {}{}: {}\n", id, title, no_neighbours(dataset, items[n]));
        else
            print("item {}{}\n{}", id, title, list_text(lists, row, labels));
    }
    if (json) print("{}\n", json_text(nlohmann::json{{"lists", objects}}));
}

void write_file(const Communicator& ranks, const Options& options, const Neighbours& neighbours,
                const ModelReader& model, const ItemLabels& labels, std::span<const Row> named)
{
    const auto writer = make_list_writer(ranks, {.path = options.out,
                                                 .model = model,
                                                 .labels = labels,
                                                 .side = Side::items,
                                                 .group = "/similar/items",
                                                 .k = options.k,
                                                 .score = score});
    const auto write = [&](std::span<const Row> block) {
        const TopK lists = neighbours.lists(block, options.k);
        writer->write({block, {}, lists, {}});
    };
    for_asked_blocks(ranks, options.all, model.info().items, named, options.k, write);
    writer->commit();
}

}  // namespace

int similar_command(int argc, char** argv)
{
    Options options;
    CommandLine line("similar", "Lists the items most like an item.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    check(options);

    const Communicator ranks;
    const ParallelFileAccess access(ranks);
    const ModelReader model(options.model, access);
    options.k = places_of_list(options.k, model.info().items);
    std::optional<DatasetReader> dataset;
    if (!options.data.empty()) dataset.emplace(options.data, access);
    set_threads(ranks, options.threads);
    const std::string warning = dataset ? require_match(ranks, model, *dataset) : "";
    if (!warning.empty() && ranks.leads()) say("alster: warning: {}", warning);
    const std::string partial = partial_note(model);
    if (!partial.empty() && ranks.leads()) say("alster: note: {}", partial);

    const ItemLabels labels(model, dataset ? &*dataset : nullptr);
    const auto named = rows_of_ids(labels.ids(), options.items, "item", options.model);
    const Scorers scorers = choose_scorers(ranks, options.backend, !options.all);
    const Neighbours neighbours(model, scorers.make);
    if (!options.out.empty())
        write_file(ranks, options, neighbours, model, labels, named);
    else if (ranks.leads())
        print_lists(neighbours, labels, dataset ? &*dataset : nullptr, named, options.k, line.json());
    if (!options.out.empty() && ranks.leads()) {
        const Row lists = options.all ? model.info().items : static_cast<Row>(named.size());
        print("{}\n", written_text(options.out, fmt::format("{} list{}", lists, lists == 1 ? "" : "s"),
                                   {{"items", lists}, {"score", score}}, line.json()));
    }
    if (ranks.leads()) say("alster: {}", scorers.chosen);
    return 0;
}

}  // namespace alster
