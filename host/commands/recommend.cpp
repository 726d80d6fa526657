#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/printable.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/list_command.hpp"
#include "host/commands/rerank_options.hpp"
#include "host/personalize/blocks.hpp"
#include "host/personalize/cold/new_slots.hpp"
#include "host/personalize/list_text.hpp"
#include "host/personalize/user_list_report.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster recommend --model run/model.h5 --data dataset.h5 --user 42 --k 10\n"
    "  alster recommend --model run/model.h5 --data dataset.h5 --users ids.txt --out lists.jsonl\n"
    "  mpirun -n 4 alster recommend --model run/model.h5 --data dataset.h5 --all --k 100 --out lists.h5\n"
    "\n"
    "A user of whom nothing was learned, or whose id is unknown, gets the most popular items, marked so.\n"
    "Items that a user has consumed are excluded, those of a held-out part too.";

struct Options {
    ListOptions lists;
    BlendOptions blend;
    RecommendOptions recommend;
    RerankOptions rerank;
    WhomOptions whom;
    bool allow_held_out = false;
    bool no_fill = false;
    Row new_slots = 0;
};

void add_options(CLI::App& app, Options& options)
{
    add_files(app, options.lists, "The dataset.h5 it was trained on")->required();
    add_whom(app, options.lists, options.whom, "lists");
    app.add_flag("--strict-users", options.whom.strict, "An unknown id ends the run (65) in place of a popular list");
    add_lists(app, options.lists, "Items in a list");
    auto* everything = app.add_flag("--include-seen", options.recommend.include_seen, "Exclude nothing from the lists");
    app.add_flag("--exclude-disliked", options.recommend.exclusion.disliked, "Exclude what a user has disliked, too")
        ->excludes(everything);
    app.add_flag("--allow-held-out", options.allow_held_out, "List what the split has set aside, as evaluate does");
    app.add_flag("--no-fill", options.no_fill, "Leave lists short in place of filling them with what is popular");
    app.add_option("--new-slots", options.new_slots,
                   "Places of a list for titles without plays, which alster map has mapped")
        ->check(CLI::Range(Row{0}, Row{1000}));
    app.add_option("--evidence", options.recommend.evidence,
                   "Items of the user's history named for each place that the model chose; 0: none")
        ->check(CLI::Range(Row{0}, most_evidence));
    add_eligibility(app, options.lists);
    add_blend(app, options.blend);
    add_recent(app, options.blend);
    add_rerank(app, options.rerank);
    add_scoring(app, options.lists.served);
}

void settle(Options& options)
{
    check(options.lists, "lists", "lists of --all users");
    if (options.new_slots > options.lists.k)
        throw Error(ExitCode::usage, "--new-slots {}: a list has {} places; give at most --k", options.new_slots,
                    options.lists.k);
    options.recommend.exclusion.held_out = !options.allow_held_out;
    options.recommend.fill = !options.no_fill;
}

/// Lists may then have what the split set aside.
bool lists_held_out(const Options& options)
{
    return options.recommend.include_seen || !options.recommend.exclusion.held_out;
}

/// Null where none were asked for.
std::unique_ptr<NewSlots> new_slots_of(ServedModel& served, const Options& options)
{
    if (options.new_slots == 0) return nullptr;
    const Exclusion* exclusion = options.recommend.include_seen ? nullptr : &options.recommend.exclusion;
    return std::make_unique<NewSlots>(served, options.new_slots, exclusion, options.recommend.eligibility);
}

std::string as_text(const OneList& list, const ItemLabels& labels)
{
    const bool nothing = !list.made.classes.empty() && list.made.classes[list.n] == sees_nothing;
    return fmt::format("user {}{}\n{}", printable(list.name),
                       nothing ? ": the rules let this user see nothing" : remark(list.made.knowledge[list.n]),
                       list_text(list.made, list.n, labels));
}

nlohmann::json as_json(const OneList& list, const ItemLabels& labels)
{
    auto object = list_json(list.made.lists, list.n, labels);
    object["user"] = list.name;
    add_reasons(object, list.made.reasons_of(list.n));
    if (list.made.evidence.each > 0) add_evidence(object, list.made.evidence, list.made.lists, list.n, labels);
    add_shortfall(object, list.made.shortfall[list.n]);
    return object;
}

ListFile file_of(ServedModel& served, const Options& options, const Recommender& recommender, const std::string& score,
                 const std::string& rerank)
{
    return {.path = options.lists.out,
            .model = served.model(),
            .labels = served.labels(),
            .side = Side::users,
            .group = "/topk/home",
            .k = options.lists.k,
            .evidence = options.recommend.evidence,
            .score = score,
            .excluded = left_out(options.recommend, served.dataset().info()),
            .popular = &recommender.popular(),
            .eligibility = options.recommend.eligibility,
            .rerank = rerank};
}

void say_notes(ServedModel& served, const Options& options, const UserCounts& counts)
{
    if (options.lists.out.empty() && counts.unknown > 0) say("alster: {}", counts.text());
    if (counts.unknown > 1 && counts.unknown == counts.users)
        say("alster: warning: the model knows none of the users: is it one id a line, without quotes or other fields?");
    if (const auto note = held_out_note(served, options.recommend); !note.empty()) say("alster: {}", note);
    say("alster: {}", served.scorers().chosen);
}

}  // namespace

int recommend_command(int argc, char** argv)
{
    Options options;
    CommandLine line("recommend", "Lists the best unseen items for users.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    settle(options);

    const Communicator ranks;
    ServedModel served(ranks, options.lists.served);
    say_warnings(served);
    options.recommend.k = options.lists.k = places_of_list(options.lists.k, served.info().items);
    std::optional<Eligibility> eligibility = eligibility_of(served, options.lists);
    options.recommend.eligibility = eligibility ? &*eligibility : nullptr;
    const RerankRules rules = rerank_rules(options.rerank);
    if (!rules.neutral()) options.recommend.k = places_of_list(rules.pool_of(options.lists.k), served.info().items);
    const AskedUsers asked = asked_users(served, options.lists, options.whom);
    static_cast<void>(served.scorers(!options.lists.all));
    const BlendedScores blend(served, options.blend);
    const std::string score = blend.formula();
    Recommender recommender(served, options.recommend, &blend);
    std::optional<ChosenLists> chosen;
    if (!rules.neutral()) chosen.emplace(served, rules, options.rerank, lists_held_out(options));
    const ItemLabels& labels = served.labels();
    const auto new_slots = new_slots_of(served, options);
    UserCounts counts;
    const auto make = [&](std::span<const Row> users) {
        Lists made = recommender.lists(users);
        if (chosen) made = chosen->reranker.rerank(users, made, options.lists.k);
        if (new_slots) new_slots->fill(users, made);
        recommender.find_evidence(users, made);
        counts.add(made);
        return made;
    };
    const auto summary = [&] {
        counts = counts.over(ranks);
        if (eligibility) eligibility->require_some_items(ranks);
        ListSummary made{counts.text(), facts(served, options.recommend, counts)};
        made.facts["score"] = score;
        if (chosen) made.facts["rerank"] = say_price(ranks, chosen->reranker);
        return made;
    };
    const ListFile file = file_of(served, options, recommender, score, chosen ? rules.digest : std::string());
    const ListJob job{.file = file,
                      .rows = asked.rows,
                      .names = asked.ids,
                      .places = options.recommend.k,
                      .make = make,
                      .text = [&](const OneList& list) { return as_text(list, labels); },
                      .json = [&](const OneList& list) { return as_json(list, labels); },
                      .summary = summary};
    run_lists(served, options.lists, job, line.json());
    if (ranks.leads()) say_notes(served, options, counts);
    return 0;
}

}  // namespace alster
