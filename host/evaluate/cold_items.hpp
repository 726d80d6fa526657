#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "host/evaluate/ranking.hpp"
#include "host/model/served_model.hpp"
#include "host/personalize/cold/new_titles.hpp"

namespace alster {

/// How well titles without plays are ranked: some are hidden, and looked for.
struct ColdItemsOptions {
    FeatureRules features;
    double fraction = 0.2;  // of the items of which something was learned
    std::uint64_t seed = 1;
    std::vector<Row> ks = {20, 100};  // ascending
    Relevance relevance = {};
};

/// One way to rank hidden titles.
struct ColdRanking {
    std::string name;  // of a ColdMethod, "popularity" or "random"
    RankingReport report;
};

/// What came of it, for users who took some hidden titles.
struct ColdItemsReport {
    Row items = 0;                           // of which something was learned
    Row hidden = 0;                          // of them
    Row undescribed = 0;                     // of the hidden ones: no feature is known of them
    std::int64_t interactions = 0;           // of hidden items
    std::vector<ColdRanking> rankings = {};  // the methods first, in their order
    ColdMethod map = ColdMethod::knn;        // the best one of those that make factors, by NDCG at the first k
    ColdMethod best = ColdMethod::content;   // of all methods

    [[nodiscard]] const RankingReport& of(ColdMethod method) const
    {
        return rankings[static_cast<std::size_t>(method)].report;
    }
};

/// Hides items by a hash of the seed and their ids, solves all users again without them, for the items that are left,
/// and ranks all hidden titles for each user in each way. The same bits for any number of ranks. Errors: usage (64) for
/// features, bad_data (65) where no item is hidden or none is left. Collective.
[[nodiscard]] ColdItemsReport evaluate_cold_items(ServedModel& served, const ColdItemsOptions& options);

/// Flat keys as of Evaluation, with the method in front: "content_ndcg@20", "content_ndcg@20_low".
[[nodiscard]] nlohmann::json to_json(const ColdItemsReport& report);
[[nodiscard]] std::string to_text(const ColdItemsReport& report);

}  // namespace alster
