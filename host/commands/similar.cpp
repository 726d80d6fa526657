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
    "The score is the cosine of the items' latent factors. An item of which nothing was learned has no neighbours.";

constexpr const char* score = "cosine of the items' latent factors";

struct Options {
    ListOptions lists;
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

    /// Why an item has no neighbours.
    [[nodiscard]] std::string remark(Row item) const
    {
        if (!may_see(item)) return "may not be shown to these users, so its neighbours are not named";
        if (!rules) return no_neighbours(served, item);
        return "no neighbours that may be shown to these users";
    }
};

std::string as_text(const OneList& list, const Viewer& viewer)
{
    const ItemLabels& labels = viewer.served.labels();
    const bool has_title = labels.has_titles() && viewer.may_see(list.owner);
    const std::string title = has_title ? "  " + printable(labels.title(list.owner)) : "";
    const std::string id = printable(list.name);
    if (list.made.lists.filled[list.n] == 0)
        return fmt::format("item {}{}: {}\n", id, title, viewer.remark(list.owner));
    return fmt::format("item {}{}\n{}", id, title, list_text(list.made, list.n, labels));
}

nlohmann::json as_json(const OneList& list, const Viewer& viewer)
{
    auto object = list_json(list.made.lists, list.n, viewer.served.labels());
    object["item"] = list.name;
    if (list.made.lists.filled[list.n] == 0) object["remark"] = viewer.remark(list.owner);
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

    const Communicator ranks;
    ServedModel served(ranks, options.lists.served);
    say_warnings(served);
    options.lists.k = places_of_list(options.lists.k, served.info().items);
    const auto named = rows_of_ids(served.labels().ids(), options.items, "item", options.lists.served.model);
    const Scorers& scorers = served.scorers(!options.lists.all);
    std::optional<Eligibility> eligibility = eligibility_of(served, options.lists);
    Eligibility* rules = eligibility ? &*eligibility : nullptr;
    const std::int32_t user_class = class_of(served, rules, options);
    Neighbours neighbours(served, rules);
    const Viewer viewer{served, rules, user_class};
    const auto summary = [&] {
        const Row lists = options.lists.all ? served.info().items : std::ssize(named);
        return ListSummary{
            fmt::format("{} list{}", lists, lists == 1 ? "" : "s"),
            options.lists.out.empty() ? nlohmann::json::object() : nlohmann::json{{"items", lists}, {"score", score}}};
    };
    const ListFile file{.path = options.lists.out,
                        .model = served.model(),
                        .labels = served.labels(),
                        .side = Side::items,
                        .group = "/similar/items",
                        .k = options.lists.k,
                        .score = score,
                        .eligibility = rules,
                        .viewer = viewer_words(options)};
    const ListJob job{.file = file,
                      .rows = named,
                      .names = options.items,
                      .make =
                          [&](std::span<const Row> items) {
                              return Lists{.lists = neighbours.lists(items, options.lists.k, user_class)};
                          },
                      .text = [&](const OneList& list) { return as_text(list, viewer); },
                      .json = [&](const OneList& list) { return as_json(list, viewer); },
                      .summary = summary};
    run_lists(served, options.lists, job, line.json());
    if (ranks.leads()) say("alster: {}", scorers.chosen);
    return 0;
}

}  // namespace alster
