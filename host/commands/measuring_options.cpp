#include "host/commands/measuring_options.hpp"

namespace alster {

void add_measuring_options(CLI::App& app, UserValueOptions& options, ComparisonRules& rules)
{
    app.add_option("--data", options.data, "The dataset.h5 with a held-out part; models were trained on it")
        ->required();
    app.add_option("--metric", options.metric, "What is compared: recall, recall_all, precision, hr, ndcg, map or mrr")
        ->check(CLI::IsMember(std::vector<std::string>(ranking_metrics.begin(), ranking_metrics.end())));
    app.add_option("--k", options.k, "Length of the lists")->check(CLI::Range(Row{1}, Row{1'000'000}));
    app.add_option("--practical", rules.practical, "A difference is of use from this share of the base's value on")
        ->check(CLI::Range(0.0, 1.0));
    app.add_option("--least-users", rules.least_users, "Slices of fewer users are not judged")
        ->check(CLI::Range(std::int64_t{2}, std::int64_t{1'000'000'000}));
    app.add_flag("--false-discoveries", rules.false_discoveries,
                 "Adjust p of slices by Benjamini and Hochberg, not by Holm");
    app.add_option("--seed", rules.seed, "Of the draws of intervals and sign flips");
    app.add_option("--relevant-from", options.relevance.value_from,
                   "Held-out interactions of a smaller value are not relevant")
        ->default_str("all are");
    app.add_option("--relevant-preference", options.relevance.preference_from,
                   "Nor are those of a smaller preference; preference 0 never is")
        ->check(CLI::Range(0.0, 1.0));
    app.add_option("--backend", options.backend, "Where items are scored: auto, cuda or cpu")
        ->check(CLI::IsMember({"auto", "cuda", "cpu"}));
    app.add_option("--threads", options.threads, "Threads of each rank; 0: its share of the node's cores")
        ->check(CLI::Range(0, 4096));
}

}  // namespace alster
