#include <nlohmann/json.hpp>
#include <optional>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/output_file.hpp"
#include "distributed/leader.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/list_command.hpp"
#include "host/commands/rerank_options.hpp"
#include "host/personalize/list_text.hpp"
#include "host/personalize/rerank/search_results.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster rerank --model run/model.h5 --data dataset.h5 --input found.jsonl --out ranked.jsonl\n"
    "  alster rerank --model run/model.h5 --data dataset.h5 --input found.jsonl --rerank rerank.toml --k 20\n"
    "\n"
    "Input: one {\"user\": 42, \"items\": [7, 8, 9]} a line, what a search has found. The items come back in the "
    "order\n"
    "that the user would like. A user of whom nothing is known keeps the order that was given.";

struct Options {
    ListOptions lists;
    RerankOptions rerank;
    SearchOptions search;
};

void add_options(CLI::App& app, Options& options)
{
    add_files(app, options.lists, "The dataset.h5 it was trained on")->required();
    app.add_option("--input", options.search.input,
                   "JSON lines of users and items, plain or packed; - is standard input")
        ->required();
    app.add_option("--out", options.lists.out, "Write ranked.jsonl; default: standard output");
    app.add_option("--k", options.search.k, "Items to keep of each line; 0: all")
        ->check(CLI::Range(Row{0}, Row{65'535}));
    add_eligibility(app, options.lists);
    add_rerank(app, options.rerank);
    app.add_option("--threads", options.lists.served.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

void check(const Communicator& ranks, const Options& options, bool json)
{
    if (options.search.input == "-" && ranks.size() > 1)
        throw Error(ExitCode::usage, "--input -: standard input goes to one rank; name a file, or start one rank");
    if (json && options.lists.out.empty())
        throw Error(ExitCode::usage, "--json needs --out: standard output has the lines");
}

}  // namespace

int rerank_command(int argc, char** argv)
{
    Options options;
    CommandLine line("rerank", "Puts items that a search has found in the order of a user.", examples);
    add_options(line.app(), options);
    if (!line.parse(argc, argv)) return 0;

    const Communicator ranks;
    check(ranks, options, line.json());
    ServedModel served(ranks, options.lists.served);
    say_warnings(served);
    std::optional<Eligibility> eligibility = eligibility_of(served, options.lists);
    options.search.eligibility = eligibility ? &*eligibility : nullptr;
    const RerankRules rules = rerank_rules(options.rerank);
    std::optional<ChosenLists> chosen;
    if (!rules.neutral()) chosen.emplace(served, rules, options.rerank, true);
    options.search.reranker = chosen ? &chosen->reranker : nullptr;

    const auto& out = options.lists.out;
    const auto lock = out.empty() ? std::nullopt : lock_output(ranks, out);
    std::optional<OutputFile> file;
    by_leader(ranks, [&] {
        if (!out.empty()) file.emplace(out);
    });
    const SearchCounts counts = order_search_results(served, options.search, [&](std::string_view lines) {
        if (file)
            file->write(lines);
        else
            print(lines);
    });
    nlohmann::json facts = counts.json();
    if (chosen) facts["rerank"] = say_price(ranks, chosen->reranker);
    by_leader(ranks, [&] {
        if (file) file->commit();
    });
    if (!ranks.leads()) return 0;
    if (file)
        print("{}\n", written_text(out, counts.text(), facts, line.json()));
    else
        say("alster: {}", counts.text());
    return 0;
}

}  // namespace alster
