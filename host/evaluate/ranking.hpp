#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "distributed/communicator.hpp"
#include "host/evaluate/measurement.hpp"
#include "host/evaluate/user_means.hpp"
#include "host/model/popularity.hpp"
#include "host/statistics/exposure.hpp"
#include "host/statistics/metrics.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// Which held-out interactions a list should find: positive ones (consumed, preference above 0) from these bounds on.
struct Relevance {
    double value_from = -1e300;
    double preference_from = 0;
};

/// What there is to rank, as one rank holds it: some consecutive users that begin on a border of rows_per_chunk, and
/// all items.
struct RankingTask {
    RowRange rows;  // this rank's users
    Row users = 0;  // of all ranks
    Row items = 0;
    const Interactions& excluded;                // (rows) what lists leave out
    const Interactions& holdout;                 // (rows) part holdout
    std::vector<Row> ks;                         // list lengths, ascending
    Relevance relevance = {};                    // which of the holdout should be found
    std::span<const std::uint8_t> learned = {};  // (rows) has_learned(), or empty: of everybody
    std::span<const std::uint64_t> keys = {};    // (rows) what intervals draw by, or empty: the row numbers
    std::span<const std::int32_t> counts = {};   // (items) positive training interactions, or empty: unknown
};

/// Lists of k items for users given by their number on this rank, `excluded` being theirs.
using Ranker = std::function<TopK(std::span<const Row> users, const Interactions& excluded, Row k)>;

/// What is added to the scores of some users, given by their number on this rank, with their factors.
using AddendsOf = std::function<ScoreAddends(FactorTable queries, std::span<const Row> users)>;

/// Ranks by the model: every item scored, x_u·y_i and what `addends` adds, where there is any.
[[nodiscard]] Ranker model_ranker(FactorTable users, Scorer items, AddendsOf addends = nullptr);
[[nodiscard]] Ranker popularity_ranker(const Popularity& popularity);

/// Ranks as users are served: by the model, but users of whom nothing was learned (`learned`, by their number on this
/// rank) by popularity. Both arguments must outlive it.
[[nodiscard]] Ranker served_ranker(Ranker model, const Popularity& popularity, std::span<const std::uint8_t> learned);

/// How lists of k use the catalogue. A place counts only where ties leave no doubt about it.
struct CatalogueUse {
    Exposure exposure;
    double pop_lift = 0;  // mean popularity of a place, over that of what users consume; 0 without counts
    double novelty = 0;   // mean of log₂(users / users who consumed the item) over places; 0 without counts

    friend bool operator==(const CatalogueUse&, const CatalogueUse&) = default;
};

/// Measures at each k.
struct RankingReport {
    Row users = 0;            // those with at least one relevant item: the means are over them
    Row without_history = 0;  // those of them of whom nothing was learned
    std::vector<Row> ks = {};
    std::vector<RankingScores> means = {};
    std::vector<RankingScores> low = {};  // 95 % intervals over users
    std::vector<RankingScores> high = {};
    std::vector<RankingScores> with_history = {};      // means over the other users; empty: there are none
    std::vector<CatalogueUse> use = {};                // of the lists of these users
    std::vector<std::vector<double>> replicates = {};  // of the intervals: (replicates, ks · metrics) means

    /// One metric by its name, of ranking_metrics.
    [[nodiscard]] Measurement measurement(const char* metric, Row k) const;

    /// How much larger it is than in another report of the same task, with the interval of the difference: both were
    /// measured on the same users, and each replicate draws the same ones.
    [[nodiscard]] Measurement gain_over(const RankingReport& other, const char* metric, Row k) const;

private:
    [[nodiscard]] std::size_t place_of(const char* metric, Row k) const;
};

/// What single users' lists are worth, in the order of rows.
struct UserScores {
    std::vector<Row> users;             // those that are measured, by their number on this rank
    std::vector<RankingScores> scores;  // (users, ks)
};

/// Full ranking of all items for each user with relevant held-out items, but for those excluded. A held-out item that
/// is excluded cannot be listed and is not counted.
///
/// Ties count against the ranker: among items of the same score the relevant ones come last, and an item is covered at
/// k only where its whole tie has room in k places. So no measure depends on the order of rows, a constant score is
/// never better than a random order is on average, and a measure at k does not depend on the other list lengths. The
/// same bits for any number of ranks. `single`: where to append this rank's users one by one, or null. Collective.
[[nodiscard]] RankingReport evaluate_ranking(const Communicator& ranks, const RankingTask& task, const Ranker& ranker,
                                             UserScores* single = nullptr);

}  // namespace alster
