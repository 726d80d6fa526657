#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/list_file.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/list_command.hpp"
#include "host/personalize/asked_users.hpp"
#include "host/personalize/blocks.hpp"
#include "host/personalize/explanation_text.hpp"
#include "host/publish/judge.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster explain --model run/model.h5 --data dataset.h5 --user 42\n"
    "  alster explain --model run/model.h5 --data dataset.h5 --user 42 --item 318 --split hu-koren --json\n"
    "\n"
    "Names the events of the history that a score is due to: how far it falls had the event not happened.";

/// A stored score that is this share of the largest one off the exact solution is worth a word.
constexpr double worth_saying = 1e-3;

struct Options {
    ListOptions lists;
    ExplainOptions explain;
    std::string user;
    std::vector<std::string> items;
};

void add_limits(CLI::App& app, OutOfPlaceLimits& limits)
{
    const auto add = [&](const char* option, double& limit, const char* words) {
        app.add_option(option, limit, words)->capture_default_str()->group("What looks out of place");
    };
    add("--min-evidence", limits.evidence, "The named evidence is less than this share of what speaks for the item");
    add("--max-popularity", limits.popularity, "What everybody likes is more than this share of the score");
    add("--min-genre", limits.genre, "Less than this share of what the user liked has a genre of the item, and");
    add("--min-score", limits.score, "the score is less than so many deviations above the mean of all items");
}

void add_options(CLI::App& app, Options& options)
{
    add_files(app, options.lists, "The dataset.h5 it was trained on")->required();
    app.add_option("--user", options.user, "The user's id")->required();
    app.add_option("--item", options.items, "Ids of items to explain, in place of the user's list");
    app.add_option("--k", options.lists.k, "Items of the list")->check(CLI::Range(Row{1}, longest_list));
    app.add_option("--evidence", options.explain.evidence, "Events that are named of an item")
        ->check(CLI::Range(Row{0}, Row{1000}))
        ->capture_default_str();
    std::map<std::string, ScoreSplit> splits;
    for (std::size_t n = 0; n < score_split_names.size(); ++n)
        splits[score_split_names[n]] = static_cast<ScoreSplit>(n);
    app.add_option("--split", options.explain.split, "leave-one-out; hu-koren or dual, whose parts sum to the score")
        ->transform(CLI::CheckedTransformer(splits).description("leave-one-out|hu-koren|dual"))
        ->default_str(score_split_names[static_cast<std::size_t>(options.explain.split)]);
    app.add_flag("--exclude-disliked", options.explain.recommend.exclusion.disliked,
                 "As recommend does: exclude what the user has disliked, too");
    add_limits(app, options.explain.limits);
    add_eligibility(app, options.lists);
    add_blend(app, options.explain.blend);
    add_recent(app, options.explain.blend);
    add_scoring(app, options.lists.served);
}

/// Which rule keeps an item from a user, by the code of the audit.
std::string clause(const ServedModel& served, const Options& options, const Eligibility* rules, Row user, Row item)
{
    if (!rules) return "";
    Judge judge(served.dataset(), options.lists.eligibility, rules->instant());
    return judge.forbids(user == unknown_user ? std::nullopt : std::optional(user), item);
}

void show(const ExplainedUser& explained, const ExplanationWords& words, bool json)
{
    if (json)
        print("{}\n", json_text(explanation_json(explained, words)));
    else
        print("{}", explanation_text(explained, words));
    double largest = 0;
    for (const auto& item : explained.items) largest = std::max(largest, std::abs(item.stored_score));
    if (explained.largest_difference > worth_saying * largest)
        say("alster: warning: lists go by a stored vector whose scores are up to {:.3g} off those explained here: the "
            "model is partial, was finished in bf16, or was trained on other data",
            explained.largest_difference);
}

}  // namespace

int explain_command(int argc, char** argv)
{
    Options options;
    CommandLine line("explain", "Says which events of a user's history an item's score is due to.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    ServedModel served(ranks, options.lists.served);
    say_warnings(served);
    std::optional<Eligibility> eligibility = eligibility_of(served, options.lists);
    RecommendOptions& recommend = options.explain.recommend;
    recommend.k = places_of_list(options.lists.k, served.info().items);
    recommend.exclusion.held_out = true;
    recommend.eligibility = eligibility ? &*eligibility : nullptr;
    const auto items = rows_of_ids(served.labels().ids(), options.items, "item", options.lists.served.model);
    static_cast<void>(served.scorers(true));
    UserExplainer explainer(served, options.explain);
    if (!ranks.leads()) return 0;
    const Row user = find_users(served.model(), {options.user}, false).rows.front();
    const ExplanationWords words{
        .labels = served.labels(),
        .user = options.user,
        .split = options.explain.split,
        .limits = options.explain.limits,
        .clause = [&](Row item) { return clause(served, options, recommend.eligibility, user, item); }};
    show(items.empty() ? explainer.list(user) : explainer.items(user, items), words, line.json());
    return 0;
}

}  // namespace alster
