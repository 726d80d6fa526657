#pragma once
#include <functional>
#include <span>
#include <vector>

#include "distributed/communicator.hpp"
#include "host/evaluate/measurement.hpp"
#include "host/evaluate/metrics.hpp"
#include "host/evaluate/popularity.hpp"
#include "host/evaluate/user_means.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// What there is to rank, as one rank holds it: some consecutive users that begin on a border of rows_per_chunk, and
/// all items.
struct RankingTask {
    RowRange rows;  // this rank's users
    Row users = 0;  // of all ranks
    Row items = 0;
    const Interactions& seen;       // (rows) part train: left out of the lists
    const Interactions& holdout;    // (rows) part holdout: what should be found
    double relevant_from = -1e300;  // held-out interactions with a smaller value are not relevant
    std::vector<Row> ks;            // list lengths, ascending
};

/// Lists of k items for users given by their number on this rank, `seen` being theirs.
using Ranker = std::function<TopK(std::span<const Row> users, const Interactions& seen, Row k)>;

/// Ranks by the model: every item scored, x_u·y_i.
[[nodiscard]] Ranker model_ranker(FactorTable users, Scorer items);
[[nodiscard]] Ranker popularity_ranker(const Popularity& popularity);

/// Measures at each k.
struct RankingReport {
    Row users = 0;  // those with at least one relevant item: the means are over them
    std::vector<Row> ks;
    std::vector<RankingScores> means;
    std::vector<RankingScores> low;  // 95 % intervals over users
    std::vector<RankingScores> high;
    std::vector<double> coverage;  // share of the items that are in somebody's list

    /// One metric by its name, of ranking_metrics.
    [[nodiscard]] Measurement measurement(const char* metric, Row k) const;
};

/// Full ranking of all items for each user with held-out items, training items left out. A held-out item that is also a
/// training item of the user cannot be listed and is not counted. The same bits for any number of ranks. Collective.
[[nodiscard]] RankingReport evaluate_ranking(const Communicator& ranks, const RankingTask& task, const Ranker& ranker);

}  // namespace alster
