#include <fmt/format.h>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "data/printable.hpp"
#include "distributed/parallel_file_access.hpp"
#include "distributed/row_partition.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/machine/threads.hpp"
#include "host/model/model_and_data.hpp"
#include "host/model/scoring.hpp"
#include "host/personalize/asked_users.hpp"
#include "host/personalize/blocks.hpp"
#include "host/personalize/list_text.hpp"
#include "host/personalize/list_writer.hpp"
#include "host/personalize/recommender.hpp"

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
    std::filesystem::path model;
    std::filesystem::path data;
    std::vector<std::string> users;
    std::string users_file;
    bool all = false;
    bool strict_users = false;
    std::filesystem::path out;
    bool allow_held_out = false;
    bool no_fill = false;
    RecommendOptions lists;
    std::string backend = "auto";
    int threads = 0;
};

void add_users(CLI::App& app, Options& options)
{
    auto* whom = app.add_option_group("whom", "Users to make lists for");
    whom->add_option("--user", options.users, "Ids");
    whom->add_option("--users", options.users_file, "A file of ids, one a line, plain or gzip; - is standard input");
    whom->add_flag("--all", options.all, "All users of the model; needs --out");
    whom->require_option(1);
    app.add_flag("--strict-users", options.strict_users, "An unknown id ends the run (65) in place of a popular list");
}

void add_options(CLI::App& app, Options& options)
{
    app.add_option("--model", options.model, "model.h5, made by alster train")->required();
    app.add_option("--data", options.data, "The dataset.h5 it was trained on")->required();
    add_users(app, options);
    app.add_option("--k", options.lists.k, "Items in a list")->check(CLI::Range(Row{1}, Row{65'535}));
    app.add_option("--out", options.out, "Write lists.jsonl, or with --all lists.h5");
    auto* everything = app.add_flag("--include-seen", options.lists.include_seen, "Exclude nothing from the lists");
    app.add_flag("--exclude-disliked", options.lists.exclusion.disliked, "Exclude what a user has disliked, too")
        ->excludes(everything);
    app.add_flag("--allow-held-out", options.allow_held_out, "List what the split has set aside, as evaluate does");
    app.add_flag("--no-fill", options.no_fill, "Leave lists short in place of filling them with what is popular");
    app.add_option("--backend", options.backend,
                   "Where items are scored: auto (GPUs with --all where every rank finds one), cuda, or cpu")
        ->check(CLI::IsMember({"auto", "cuda", "cpu"}));
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

void check(const Options& options)
{
    if (options.all && options.out.empty())
        throw Error(ExitCode::usage, "--all needs --out lists.h5 or --out lists.jsonl");
    if (!options.all && !options.out.empty() && !is_json_lines(options.out))
        throw Error(ExitCode::usage, "--out {}: an HDF5 file holds the lists of --all users; name a .jsonl file",
                    options.out.string());
}

/// What the lists leave out, in words, for the list file.
std::string excluded_words(const RecommendOptions& options, const DatasetInfo& data)
{
    if (options.include_seen) return "nothing";
    const bool held_out = options.exclusion.held_out && data.held_out > 0;
    return fmt::format("consumed in training{}{}", held_out ? ", consumed in the held-out part" : "",
                       options.exclusion.disliked ? ", disliked" : "");
}

/// One run of the command on opened files.
struct Job {
    const Communicator& ranks;
    const Options& options;
    const ModelReader& model;
    const DatasetReader& dataset;
    const ItemLabels& labels;
    const AskedUsers& asked;  // on the first rank
};

const char* remark(Knowledge knowledge)
{
    switch (knowledge) {
        case Knowledge::learned:
            return "";
        case Knowledge::no_history:
            return ": no history, so the most popular items";
        case Knowledge::nothing_learned:
            return ": nothing was learned from its history, so the most popular items";
        case Knowledge::unknown_id:
            return ": unknown to the model, so the most popular items";
    }
    return "";
}

/// What a run says beside its lists: who got what, how scores are made, and what the split has to do with it.
nlohmann::json facts(const Job& job, const UserCounts& counts)
{
    auto object = counts.json();
    const ModelInfo& info = job.model.info();
    object["objective"] = info.objective;
    object["score"] = score_formula(info);
    if (info.objective == "explicit") object["mean"] = info.mean;
    const DatasetInfo& data = job.dataset.info();
    if (data.held_out > 0)
        object["held_out"] = {{"interactions", data.held_out},
                              {"split", data.split},
                              {"excluded", job.options.lists.exclusion.held_out && !job.options.lists.include_seen}};
    return object;
}

UserCounts print_lists(const Job& job, const Recommender& recommender, bool json)
{
    auto objects = nlohmann::json::array();
    UserCounts counts;
    for_blocks(job.asked.rows, job.options.lists.k, [&](std::span<const Row> block) {
        const UserLists made = recommender.lists(block);
        const auto ids = job.asked.ids_of(block);
        counts.add(made);
        for (std::size_t n = 0; n < block.size(); ++n) {
            const auto row = static_cast<Row>(n);
            if (json) {
                objects.push_back(list_json(made.lists, row, job.labels));
                objects.back()["user"] = ids[n];
                add_reasons(objects.back(), made.reasons_of(row));
                continue;
            }
            print("user {}{}\n{}", printable(ids[n]), remark(made.knowledge[n]),
                  list_text(made.lists, row, job.labels, made.reasons_of(row)));
        }
    });
    if (!json) return counts;
    auto object = facts(job, counts);
    object["lists"] = objects;
    print("{}\n", json_text(object));
    return counts;
}

/// Lists of all users, or of those asked for, which the first rank makes alone.
UserCounts write_file(const Job& job, const Recommender& recommender)
{
    const RecommendOptions& lists = job.options.lists;
    const auto writer = make_list_writer(job.ranks, {.path = job.options.out,
                                                     .model = job.model,
                                                     .labels = job.labels,
                                                     .side = Side::users,
                                                     .group = "/topk/home",
                                                     .k = lists.k,
                                                     .score = score_formula(job.model.info()),
                                                     .excluded = excluded_words(lists, job.dataset.info()),
                                                     .popular = &recommender.popular()});
    UserCounts counts;
    const auto write = [&](std::span<const Row> block) {
        const UserLists made = recommender.lists(block);
        counts.add(made);
        const auto ids = job.options.all ? std::span<const std::string>() : job.asked.ids_of(block);
        writer->write({block, ids, made.lists, made.reasons});
    };
    for_asked_blocks(job.ranks, job.options.all, job.model.info().users, job.asked.rows, lists.k, write);
    writer->commit();
    return counts.over(job.ranks);
}

/// In one line what a model that was trained on a split is not meant for.
void say_held_out(const Job& job)
{
    const DatasetInfo& data = job.dataset.info();
    if (data.held_out == 0) return;
    const RecommendOptions& lists = job.options.lists;
    const bool known = job.model.info().fingerprint == data.fingerprint;
    say("alster: {} held-out interactions of {} ({}) {}{}: to serve, prepare with --split none and train on everything",
        data.held_out, job.dataset.file().path().string(), data.split,
        known ? "were not learned from" : "may have been learned from or not, as the model was trained on other data",
        lists.exclusion.held_out && !lists.include_seen ? ", their titles are excluded" : "");
}

}  // namespace

int recommend_command(int argc, char** argv)
{
    Options options;
    CommandLine line("recommend", "Lists the best unseen items for users.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    check(options);
    options.lists.exclusion.held_out = !options.allow_held_out;
    options.lists.fill = !options.no_fill;

    const Communicator ranks;
    const ParallelFileAccess access(ranks);
    const ModelReader model(options.model, access);
    const DatasetReader dataset(options.data, access);
    set_threads(ranks, options.threads);
    const std::string warning = require_match(ranks, model, dataset);
    if (!warning.empty() && ranks.leads()) say("alster: warning: {}", warning);
    const std::string partial = partial_note(model);
    if (!partial.empty() && ranks.leads()) say("alster: note: {}", partial);
    if (!options.users_file.empty() && ranks.leads()) options.users = read_ids(options.users_file);
    AskedUsers asked;
    if (!options.all && ranks.leads()) asked = find_users(model, options.users, options.strict_users);

    const Scorers scorers = choose_scorers(ranks, options.backend, !options.all);
    const Recommender recommender(ranks, model, dataset, options.lists, scorers.make);
    const ItemLabels labels(model, &dataset);
    const Job job{ranks, options, model, dataset, labels, asked};
    UserCounts counts;
    if (!options.out.empty())
        counts = write_file(job, recommender);
    else if (ranks.leads())
        counts = print_lists(job, recommender, line.json());
    if (!ranks.leads()) return 0;
    if (!options.out.empty()) print("{}\n", written_text(options.out, counts.text(), facts(job, counts), line.json()));
    if (options.out.empty() && counts.unknown > 0) say("alster: {}", counts.text());
    say_held_out(job);
    say("alster: {}", scorers.chosen);
    return 0;
}

}  // namespace alster
