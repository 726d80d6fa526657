#include <fmt/format.h>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/list_command.hpp"
#include "host/personalize/blocks.hpp"
#include "host/personalize/list_text.hpp"
#include "host/personalize/neighbours.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster similar --model run/model.h5 --data dataset.h5 --item 318 --k 10\n"
    "  mpirun -n 4 alster similar --model run/model.h5 --all --k 50 --out similar.h5\n"
    "\n"
    "The score is the cosine of the items' latent factors. An item of which nothing was learned has no neighbours.\n"
    "--by neighbours lists what users took together, from neighbours.h5; --blend adds that to the cosine.";

struct Options {
    ListOptions lists;
    BlendOptions blend;
    std::string by = "factors";
    std::vector<std::string> items;
};

void add_options(CLI::App& app, Options& options)
{
    add_files(app, options.lists, "The dataset.h5 it was trained on: for titles");
    auto* which = app.add_option_group("which", "Items to find the neighbours of");
    which->add_option("--item", options.items, "Ids");
    which->add_flag("--all", options.lists.all, "All items of the model; needs --out");
    which->require_option(1);
    add_lists(app, options.lists, "Neighbours of an item");
    app.add_option("--by", options.by, "factors: their cosine; neighbours: what users took together")
        ->check(CLI::IsMember({"factors", "neighbours"}));
    add_blend(app, options.blend);
    add_scoring(app, options.lists.served);
}

/// What makes the lists.
struct Similar {
    std::unique_ptr<NeighbourTerm> term;  // null: of no use
    std::unique_ptr<Neighbours> factors;  // null: by the term alone
    std::string score;

    Similar(ServedModel& served, const Options& options)
    {
        const bool by_factors = options.by == "factors";
        if (!by_factors || options.blend.mu > 0)
            term = std::make_unique<NeighbourTerm>(served, neighbours_of(served, options.blend));
        if (by_factors) factors = std::make_unique<Neighbours>(served);
        if (by_factors && term) factors->blend_with(*term, options.blend.mu);
        score = by_factors ? factors->formula() : "weight of the walk between items, " + term->words();
    }

    [[nodiscard]] TopK lists(std::span<const Row> items, Row k) const
    {
        return factors ? factors->lists(items, k) : term->lists(items, k);
    }

    [[nodiscard]] std::string why_none(const ServedModel& served, Row item) const
    {
        return factors ? no_neighbours(served, item) : "nobody took it together with another item, so no neighbours";
    }
};

std::string as_text(const OneList& list, ServedModel& served, const Similar& similar)
{
    const ItemLabels& labels = served.labels();
    const std::string title = labels.has_titles() ? "  " + printable(labels.title(list.owner)) : "";
    const std::string id = printable(list.name);
    if (list.made.lists.filled[list.n] == 0)
        return fmt::format("item {}{}: {}\n", id, title, similar.why_none(served, list.owner));
    return fmt::format("item {}{}\n{}", id, title, list_text(list.made.lists, list.n, labels));
}

nlohmann::json as_json(const OneList& list, ServedModel& served, const Similar& similar)
{
    auto object = list_json(list.made.lists, list.n, served.labels());
    object["item"] = list.name;
    if (list.made.lists.filled[list.n] == 0) object["remark"] = similar.why_none(served, list.owner);
    return object;
}

}  // namespace

int similar_command(int argc, char** argv)
{
    Options options;
    CommandLine line("similar", "Lists the items most like an item.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    check(options.lists, "similar", "neighbours of --all items");
    if (options.by == "neighbours" && options.blend.mu > 0)
        throw Error(ExitCode::usage, "--by neighbours has nothing to blend with: leave out --blend, or --by");

    const Communicator ranks;
    ServedModel served(ranks, options.lists.served);
    say_warnings(served);
    options.lists.k = places_of_list(options.lists.k, served.info().items);
    const auto named = rows_of_ids(served.labels().ids(), options.items, "item", options.lists.served.model);
    const Scorers& scorers = served.scorers(!options.lists.all);
    const Similar similar(served, options);
    const auto summary = [&] {
        const Row lists = options.lists.all ? served.info().items : std::ssize(named);
        return ListSummary{fmt::format("{} list{}", lists, lists == 1 ? "" : "s"),
                           options.lists.out.empty() ? nlohmann::json::object()
                                                     : nlohmann::json{{"items", lists}, {"score", similar.score}}};
    };
    const ListFile file{.path = options.lists.out,
                        .model = served.model(),
                        .labels = served.labels(),
                        .side = Side::items,
                        .group = "/similar/items",
                        .k = options.lists.k,
                        .score = similar.score};
    const ListJob job{
        .file = file,
        .rows = named,
        .names = options.items,
        .make = [&](std::span<const Row> items) { return Lists{.lists = similar.lists(items, options.lists.k)}; },
        .text = [&](const OneList& list) { return as_text(list, served, similar); },
        .json = [&](const OneList& list) { return as_json(list, served, similar); },
        .summary = summary};
    run_lists(served, options.lists, job, line.json());
    if (ranks.leads() && similar.factors) say("alster: {}", scorers.chosen);
    return 0;
}

}  // namespace alster
