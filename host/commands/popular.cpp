#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "distributed/parallel_file_access.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/list_command.hpp"
#include "host/personalize/popular_lists.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster popular --data dataset.h5 --k 20\n"
    "  alster popular --data dataset.h5 --by market\n"
    "  alster popular --data dataset.h5 --days 7 --by market\n"
    "  alster popular --data dataset.h5 --by genres --eligibility eligibility.toml --class kids\n"
    "\n"
    "Counted are users who took an item and did not turn against it, in the training part; with\n"
    "--days those whose last time was so shortly before --at, or before the newest event.";

struct Options {
    std::filesystem::path data;
    PopularOptions popular;
    std::string eligibility;
    std::string at = "now";
    std::string user_class;
    double days = 0;
};

void add_options(CLI::App& app, Options& options)
{
    app.add_option("--data", options.data, "dataset.h5, made by alster prepare")->required();
    app.add_option("--k", options.popular.k, "Items in a list")->check(CLI::Range(Row{1}, Row{65'535}));
    app.add_option("--by", options.popular.by, "A list for each value of an attribute of users, or of items");
    auto* rules = app.add_option("--eligibility", options.eligibility, "Rules of who may see which items");
    auto* user_class = app.add_option("--class", options.user_class, "Who will see the lists: a class of the rules");
    rules->needs(user_class);
    user_class->needs(rules);
    app.add_option("--at", options.at, "The instant for which the lists are: now, or 2026-11-27T18:00Z");
    app.add_option("--days", options.days, "Count only what was taken in the last so many days; 0: all")
        ->check(CLI::Range(0.0, 36'500.0));
}

/// Of the days up to an instant, or up to the newest event, if that is earlier.
std::optional<TimeWindow> window_of(const Communicator& ranks, const DatasetReader& dataset, const Options& options)
{
    if (options.days == 0) return std::nullopt;
    return last_days(options.days, std::min(instant_of(ranks, options.at), dataset.info().watermark));
}

struct Names {
    IdColumn ids;
    std::optional<AttributeColumn> titles;

    explicit Names(const DatasetReader& dataset) : ids(dataset.ids(Side::items, {0, dataset.info().items}))
    {
        if (dataset.attribute_types(Side::items).contains("title"))
            titles = dataset.attribute(Side::items, "title", {0, dataset.info().items});
    }
    [[nodiscard]] std::string title(Row item) const { return titles ? titles->shown(item) : std::string(); }
};

nlohmann::json as_json(const PopularList& list, const Names& names, const std::string& by)
{
    nlohmann::json object{{"counts", list.counts}, {"items", nlohmann::json::array()}};
    if (!by.empty()) object[by] = list.value;
    for (const auto item : list.items) {
        object["items"].push_back(names.ids.text(item));
        if (names.titles) object["titles"].push_back(names.title(item));
    }
    return object;
}

std::string as_text(const PopularList& list, const Names& names, const std::string& by)
{
    std::string text = by.empty() ? "" : fmt::format("{} {}\n", by, printable(list.value));
    for (std::size_t n = 0; n < list.items.size(); ++n)
        text += fmt::format("{:>4}  {:>9}  {:<12}  {}\n", n + 1, list.counts[n],
                            printable(names.ids.text(list.items[n])), printable(names.title(list.items[n])));
    return text;
}

}  // namespace

int popular_command(int argc, char** argv)
{
    Options options;
    CommandLine line("popular", "Lists the items that most users took.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    const ParallelFileAccess access(ranks);
    const DatasetReader dataset(options.data, access);
    std::optional<Eligibility> rules;
    if (!options.eligibility.empty()) {
        rules.emplace(dataset, EligibilityRules::load(options.eligibility), instant_of(ranks, options.at));
        options.popular.eligibility = &*rules;
        options.popular.user_class = rules->class_named(options.user_class);
        if (ranks.leads())
            for (const auto& warning : rules->warnings()) say("alster: warning: {}", warning);
    }
    options.popular.window = window_of(ranks, dataset, options);
    const auto lists = popular_lists(ranks, dataset, options.popular);
    if (!ranks.leads()) return 0;
    if (std::ranges::all_of(lists, [](const auto& list) { return list.items.empty(); }))
        say("alster: note: nothing is popular: no interaction fits what was asked for");
    const Names names(dataset);
    auto objects = nlohmann::json::array();
    for (const auto& list : lists) {
        if (line.json())
            objects.push_back(as_json(list, names, options.popular.by));
        else
            print("{}", as_text(list, names, options.popular.by));
    }
    if (line.json()) print("{}\n", json_text(nlohmann::json{{"lists", objects}}));
    return 0;
}

}  // namespace alster
