#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/json_text.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/commands/list_command.hpp"
#include "host/evaluate/cold_items.hpp"
#include "host/evaluate/evaluation.hpp"
#include "host/evaluate/measured_users.hpp"
#include "host/evaluate/page_evaluation.hpp"
#include "host/evaluate/report.hpp"

namespace alster {

namespace {

constexpr const char* examples =
    "  alster evaluate --model run/model.h5 --data dataset.h5\n"
    "  mpirun -n 4 alster evaluate --model run/model.h5 --data dataset.h5 --k 10,20,100 --json\n"
    "  alster evaluate --model run/model.h5 --data dataset.h5 --candidates test.negative.gz\n"
    "  alster evaluate --model run/model.h5 --data dataset.h5 --cold-items 0.2 --features genres\n"
    "\n"
    "A line of --candidates is (user,positive)<tab>negative<tab>negative…\n"
    "Ties count against the model. Users without history are measured with the popular items that they are served.\n"
    "recall@k divides by min(k, relevant), recall_all@k by all relevant items. docs/evaluate.md defines every "
    "number.";

struct ColdOptions {
    double items = 0;  // 0: not asked for
    FeatureRules features;
    std::uint64_t seed = 1;
};

void add_cold(CLI::App& app, ColdOptions& cold)
{
    auto* items = app.add_option("--cold-items", cold.items,
                                 "Hide this fraction of the items and see who finds them by their features")
                      ->check(CLI::Range(0.001, 0.9));
    auto* features = app.add_option("--features", cold.features.attributes,
                                    "Attributes that say what items are like, by commas: sets, categories, bools")
                         ->delimiter(',')
                         ->needs(items);
    items->needs(features);
    for (const char* other : {"--pages", "--candidates", "--blend", "--neighbours", "--rho"})
        items->excludes(app.get_option(other));
    app.add_option("--feature-rows", cold.features.least_rows, "A value that fewer items have says nothing")
        ->check(CLI::Range(Row{1}, Row{1'000'000'000}))
        ->needs(items);
    app.add_option("--seed", cold.seed, "Of which items are hidden")->needs(items);
}

void add_options(CLI::App& app, EvaluateOptions& options, std::filesystem::path& pages)
{
    auto* model = app.add_option("--model", options.served.model, "model.h5 of alster train, or its run's directory");
    app.add_option("--pages", pages, "Measure pages.h5, made by alster page --allow-held-out, in place of a model")
        ->excludes(model);
    app.add_option("--data", options.served.data, "The dataset.h5 it was trained on")->required();
    app.add_option("--k", options.ks, "Lengths of the lists: 10,20,100, or 10 with --candidates")
        ->delimiter(',')
        ->check(CLI::Range(Row{1}, Row{1'000'000}));
    app.add_option("--candidates", options.candidates, "Rank positives among given negatives (plain or gzip)");
    app.add_option("--relevant-from", options.relevance.value_from,
                   "Held-out interactions of a smaller value are not relevant (not with event rules)")
        ->default_str("all are");
    app.add_option("--relevant-preference", options.relevance.preference_from,
                   "Nor are those of a smaller preference; preference 0 never is")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    add_recent(app, options.blend);
    app.add_option("--blend", options.blend.mu,
                   "Weight of what neighbours say, beside the model's 1; 0: the model alone")
        ->check(CLI::Range(0.0, 1e6));
    app.add_option("--neighbours", options.blend.neighbours,
                   "Made by alster neighbours, a baseline too; else neighbours.h5 beside the model");
    app.add_option("--backend", options.served.backend,
                   "Where items are scored: auto (GPUs where every rank finds one), cuda, or cpu")
        ->check(CLI::IsMember({"auto", "cuda", "cpu"}));
    app.add_option("--threads", options.served.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

int show_pages(const Communicator& ranks, const std::filesystem::path& pages, const std::filesystem::path& data,
               bool json)
{
    const PageEvaluation found = evaluate_pages(ranks, pages, data);
    if (!ranks.leads()) return 0;
    const auto as_json = [](const Measurement& m) {
        return nlohmann::json{{"value", m.value}, {"low", m.low}, {"high", m.high}};
    };
    if (json) {
        print("{}\n", json_text(nlohmann::json{{"n2dcg", as_json(found.n2dcg)},
                                               {"hit_rate", as_json(found.hit_rate)},
                                               {"users", found.n2dcg.count},
                                               {"pages", found.pages},
                                               {"rows", found.rows},
                                               {"titles", found.titles},
                                               {"overlap", found.overlap},
                                               {"distinct_titles", found.distinct},
                                               {"coverage", found.coverage}}));
        return 0;
    }
    const auto line = [](const char* name, const Measurement& m) {
        print("{:<14} {:.4f}  [{:.4f}, {:.4f}]\n", name, m.value, m.low, m.high);
    };
    print("pages of {} users with held-out titles, {:.1f} rows and {:.0f} titles each\n", found.n2dcg.count, found.rows,
          found.titles);
    line("N2DCG", found.n2dcg);
    line("hit rate", found.hit_rate);
    print("{:<14} {:.4f}  of two users' pages (Jaccard)\n", "overlap", found.overlap);
    print("{:<14} {:.4f}  {} titles\n", "coverage", found.coverage, found.distinct);
    return 0;
}

int show_cold_items(const Communicator& ranks, const EvaluateOptions& options, const ColdOptions& cold, bool json)
{
    ServedModel served(ranks, options.served);
    ColdItemsOptions asked{
        .features = cold.features, .fraction = cold.items, .seed = cold.seed, .relevance = options.relevance};
    if (!options.ks.empty()) asked.ks = options.ks;
    std::ranges::sort(asked.ks);
    asked.ks.erase(std::ranges::unique(asked.ks).begin(), asked.ks.end());
    require_one_unit(options.relevance, served.dataset());
    const ColdItemsReport report = evaluate_cold_items(served, asked);
    if (!ranks.leads()) return 0;
    for (const auto& line : {served.warning(), served.note()})
        if (!line.empty()) say("alster: warning: {}", line);
    if (json)
        print("{}\n", json_text(to_json(report)));
    else
        print("{}", to_text(report));
    return 0;
}

}  // namespace

int evaluate_command(int argc, char** argv)
{
    EvaluateOptions options;
    CommandLine line("evaluate", "Measures a model on held-out interactions, beside a baseline.", examples);
    std::filesystem::path pages;
    add_options(line.app(), options, pages);
    ColdOptions cold;
    add_cold(line.app(), cold);
    if (!line.parse(argc, argv)) return 0;
    if (options.served.model.empty() && pages.empty())
        throw Error(ExitCode::usage,
                    "--model is required: model.h5 of alster train, or its run's directory (or --pages)");

    const Communicator ranks;
    if (!pages.empty()) return show_pages(ranks, pages, options.served.data, line.json());
    if (cold.items > 0) return show_cold_items(ranks, options, cold, line.json());
    const Evaluation evaluation = evaluate(ranks, options);
    if (!ranks.leads()) return 0;
    for (const auto& warning : evaluation.warnings) say("alster: warning: {}", warning);
    if (line.json())
        print("{}\n", json_text(to_json(evaluation)));
    else
        print("{}", to_text(evaluation));
    if (!evaluation.scored_by.empty()) say("alster: {}", evaluation.scored_by);
    return 0;
}

}  // namespace alster
