#include <fmt/format.h>
#include <nlohmann/json.hpp>

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
    std::string user_class;
    std::string for_user;
};

void add_options(CLI::App& app, Options& options)
{
    add_files(app, options.lists, "The dataset.h5 it was trained on: for titles");
    auto* which = app.add_option_group("which", "Items to find the neighbours of");
    which->add_option("--item", options.items, "Ids");
    which->add_flag("--all", options.lists.all, "All items of the model; needs --out");
    which->require_option(1);
    add_lists(app, options.lists, "Neighbours of an item");
    add_eligibility(app, options.lists);
    auto* user_class = app.add_option("--class", options.user_class, "Who will see the lists: a class of the rules");
    app.add_option("--for-user", options.for_user, "Who will see the lists: the class of this user")
        ->excludes(user_class);
    app.add_option("--by", options.by, "factors: their cosine; neighbours: what users took together")
        ->check(CLI::IsMember({"factors", "neighbours"}));
    add_blend(app, options.blend);
    add_scoring(app, options.lists.served);
}

/// The class of those who will see the lists.
std::int32_t class_of(const ServedModel& served, Eligibility* rules, const Options& options)
{
    const bool named = !options.user_class.empty() || !options.for_user.empty();
    if (!rules && named) throw Error(ExitCode::usage, "--class and --for-user need --eligibility");
    if (!rules) return sees_nothing;
    if (!named) throw Error(ExitCode::usage, "--eligibility: say who will see the lists with --class or --for-user");
    if (!options.user_class.empty()) return rules->class_named(options.user_class);
    const auto ids = served.model().ids(Side::users, {0, served.info().users});
    return rules->classes_of(rows_of_ids(ids, {options.for_user}, "user", options.lists.served.model)).front();
}

std::string viewer_words(const Options& options)
{
    if (options.lists.eligibility.empty()) return "";
    return options.user_class.empty() ? "user " + options.for_user : "class " + options.user_class;
}

/// Who sees the lists, and what makes them.
struct Viewer {
    ServedModel& served;
    const Eligibility* rules;
    std::int32_t user_class;

    [[nodiscard]] bool may_see(Row item) const { return !rules || rules->items().at(user_class, item); }
};

/// What makes the lists.
struct Similar {
    std::unique_ptr<NeighbourTerm> term;  // null: of no use
    std::unique_ptr<Neighbours> factors;  // null: by the term alone
    std::string score;

    Similar(ServedModel& served, const Options& options, Eligibility* rules)
    {
        const bool by_factors = options.by == "factors";
        if (!by_factors || options.blend.mu > 0)
            term = std::make_unique<NeighbourTerm>(served, neighbours_of(served, options.blend));
        if (by_factors) factors = std::make_unique<Neighbours>(served, rules);
        if (by_factors && term) factors->blend_with(*term, options.blend.mu);
        score = by_factors ? factors->formula() : "weight of the walk between items, " + term->words();
    }

    [[nodiscard]] TopK lists(std::span<const Row> items, Row k, const Viewer& viewer) const
    {
        if (factors) return factors->lists(items, k, viewer.user_class);
        return viewer.rules ? seen(items, k, viewer) : term->lists(items, k);
    }

    /// Why an item has no neighbours.
    [[nodiscard]] std::string why_none(Row item, const Viewer& viewer) const
    {
        if (!viewer.may_see(item)) return "may not be shown to these users, so its neighbours are not named";
        if (viewer.rules) return "no neighbours that may be shown to these users";
        return factors ? no_neighbours(viewer.served, item)
                       : "nobody took it together with another item, so no neighbours";
    }

private:
    /// Of all that the term knows of an item, what the viewer may see.
    [[nodiscard]] TopK seen(std::span<const Row> items, Row k, const Viewer& viewer) const
    {
        Row most = k;
        for (const Row item : items) most = std::max<Row>(most, std::ssize(term->neighbours().items_of(item)));
        const TopK all = term->lists(items, most);
        TopK result(std::ssize(items), k);
        for (Row n = 0; n < std::ssize(items); ++n) {
            if (!viewer.may_see(items[n])) continue;
            const auto listed = all.items_of(n);
            for (std::size_t place = 0; place < listed.size() && result.filled[n] < k; ++place) {
                if (!viewer.may_see(listed[place])) continue;
                result.items[n * k + result.filled[n]] = listed[place];
                result.scores[n * k + result.filled[n]++] = all.scores_of(n)[place];
            }
        }
        return result;
    }
};

std::string as_text(const OneList& list, const Viewer& viewer, const Similar& similar)
{
    const ItemLabels& labels = viewer.served.labels();
    const bool has_title = labels.has_titles() && viewer.may_see(list.owner);
    const std::string title = has_title ? "  " + printable(labels.title(list.owner)) : "";
    const std::string id = printable(list.name);
    if (list.made.lists.filled[list.n] == 0)
        return fmt::format("item {}{}: {}\n", id, title, similar.why_none(list.owner, viewer));
    return fmt::format("item {}{}\n{}", id, title, list_text(list.made, list.n, labels));
}

nlohmann::json as_json(const OneList& list, const Viewer& viewer, const Similar& similar)
{
    auto object = list_json(list.made.lists, list.n, viewer.served.labels());
    object["item"] = list.name;
    if (list.made.lists.filled[list.n] == 0) object["remark"] = similar.why_none(list.owner, viewer);
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
    std::optional<Eligibility> eligibility = eligibility_of(served, options.lists);
    Eligibility* rules = eligibility ? &*eligibility : nullptr;
    const std::int32_t user_class = class_of(served, rules, options);
    const Viewer viewer{served, rules, user_class};
    const Similar similar(served, options, rules);
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
                        .score = similar.score,
                        .eligibility = rules,
                        .viewer = viewer_words(options)};
    const ListJob job{
        .file = file,
        .rows = named,
        .names = options.items,
        .make =
            [&](std::span<const Row> items) { return Lists{.lists = similar.lists(items, options.lists.k, viewer)}; },
        .text = [&](const OneList& list) { return as_text(list, viewer, similar); },
        .json = [&](const OneList& list) { return as_json(list, viewer, similar); },
        .summary = summary};
    run_lists(served, options.lists, job, line.json());
    if (ranks.leads() && similar.factors) say("alster: {}", scorers.chosen);
    return 0;
}

}  // namespace alster
