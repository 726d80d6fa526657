#include <fmt/format.h>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/ingest/line_source.hpp"
#include "data/json_text.hpp"
#include "distributed/parallel_file_access.hpp"
#include "distributed/row_partition.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/model_and_data.hpp"
#include "host/recommend/blocks.hpp"
#include "host/recommend/list_text.hpp"
#include "host/recommend/list_writer.hpp"
#include "host/recommend/recommender.hpp"
#include "host/scoring.hpp"
#include "host/threads.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster recommend --model run/model.h5 --data dataset.h5 --user 42 --k 10\n"
    "  alster recommend --model run/model.h5 --data dataset.h5 --users ids.txt --out lists.jsonl\n"
    "  mpirun -n 4 alster recommend --model run/model.h5 --data dataset.h5 --all --k 100 --out lists.h5\n"
    "\n"
    "A user without history gets the most popular items, marked so. Items that a user has seen are left out.";

struct Options {
    std::filesystem::path model;
    std::filesystem::path data;
    std::vector<std::string> users;
    std::string users_file;
    bool all = false;
    Row k = 10;
    std::filesystem::path out;
    bool include_seen = false;
    std::string backend = "auto";
    int threads = 0;
};

void add_options(CLI::App& app, Options& options)
{
    app.add_option("--model", options.model, "model.h5, made by alster train")->required();
    app.add_option("--data", options.data, "The dataset.h5 it was trained on")->required();
    auto* whom = app.add_option_group("whom", "Users to make lists for");
    whom->add_option("--user", options.users, "Ids");
    whom->add_option("--users", options.users_file, "A file of ids, one a line, plain or gzip; - is standard input");
    whom->add_flag("--all", options.all, "All users of the model; needs --out");
    whom->require_option(1);
    app.add_option("--k", options.k, "Items in a list")->check(CLI::Range(Row{1}, Row{65'535}));
    app.add_option("--out", options.out, "Write lists.jsonl, or with --all lists.h5");
    app.add_flag("--include-seen", options.include_seen, "List items that the user has in training, too");
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

std::vector<std::string> read_ids(const std::string& path)
{
    std::vector<std::string> ids;
    LineSource source({path});
    Line line;
    while (source.next(line))
        if (!line.text.empty()) ids.emplace_back(line.text);
    if (ids.empty()) throw Error(ExitCode::bad_data, "{}: no user ids, the file is empty", path);
    return ids;
}

void print_lists(const Recommender& recommender, const ModelReader& model, const ItemLabels& labels,
                 std::span<const Row> users, Row k, bool json)
{
    auto objects = nlohmann::json::array();
    for_blocks(users, k, [&](std::span<const Row> block) {
        const UserLists made = recommender.lists(block);
        for (std::size_t n = 0; n < block.size(); ++n) {
            const auto id = model.ids(Side::users, {block[n], block[n] + 1}).text(0);
            const Reason reason = made.reasons[n];
            if (json) {
                objects.push_back(list_json(made.lists, static_cast<Row>(n), labels));
                objects.back()["user"] = id;
                objects.back()["reason"] = name(reason);
                continue;
            }
            print("user {}{}\n{}", id, reason == Reason::popularity ? ": no history, so the most popular items" : "",
                  list_text(made.lists, static_cast<Row>(n), labels));
        }
    });
    if (json) print("{}\n", json_text(nlohmann::json{{"lists", objects}}));
}

/// Lists of all users, or of those named, which the first rank makes alone.
void write_file(const Communicator& ranks, const Options& options, const Recommender& recommender,
                const ModelReader& model, const ItemLabels& labels, std::span<const Row> named)
{
    const auto writer = make_list_writer(ranks, {options.out, model, labels, Side::users, "/topk/home", options.k});
    const auto write = [&](std::span<const Row> block) {
        const UserLists made = recommender.lists(block);
        writer->write(block, made.lists, made.reasons);
    };
    for_asked_blocks(ranks, options.all, model.info().users, named, options.k, write);
    writer->commit();
}

}  // namespace

int recommend_command(int argc, char** argv)
{
    Options options;
    CommandLine line("recommend", "Lists the best unseen items for users.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;
    check(options);

    const Communicator ranks;
    const ParallelFileAccess access(ranks);
    const ModelReader model(options.model, access);
    const DatasetReader dataset(options.data, access);
    set_threads(ranks, options.threads);
    const std::string warning = require_match(ranks, model, dataset);
    if (!warning.empty() && ranks.leads()) say("alster: warning: {}", warning);
    if (!options.users_file.empty() && ranks.leads()) options.users = read_ids(options.users_file);
    std::vector<Row> named;
    if (!options.all && ranks.leads())
        named = rows_of_ids(model.ids(Side::users, {0, model.info().users}), options.users, "user", options.model);

    const Scorers scorers = choose_scorers(ranks, options.backend, !options.all);
    const Recommender recommender(ranks, model, dataset, options.k, options.include_seen, scorers.make);
    const ItemLabels labels(model, &dataset);
    if (!options.out.empty())
        write_file(ranks, options, recommender, model, labels, named);
    else if (ranks.leads())
        print_lists(recommender, model, labels, named, options.k, line.json());
    if (!options.out.empty() && ranks.leads()) print("{}\n", written_text(options.out, line.json()));
    if (ranks.leads()) say("alster: {}", scorers.chosen);
    return 0;
}

}  // namespace alster
