#pragma once
#include <cstdint>
#include <vector>

#include "host/evaluate/ranking.hpp"
#include "host/model/served_model.hpp"

namespace alster {

/// What one rank holds of the users of a dataset, to measure lists for them.
struct DatasetUsers {
    RowRange rows;
    std::vector<std::uint64_t> keys;  // (rows)
    Interactions seen;
    Interactions holdout;  // empty where nothing is held out

    DatasetUsers(const Communicator& ranks, const DatasetReader& dataset);
};

/// The same with what a model knows of them.
struct MeasuredUsers : DatasetUsers {
    std::vector<float> factors;
    FactorTable table;
    std::vector<std::uint8_t> learned;  // (rows) of whom something was

    explicit MeasuredUsers(const ServedModel& served);
};

/// Full ranking for these users. The users and `excluded` must outlive it.
[[nodiscard]] RankingTask ranking_task(const DatasetReader& dataset, const DatasetUsers& users,
                                       const Interactions& excluded, std::vector<Row> ks, const Relevance& relevance);

/// Lists as these users are served them. Both arguments must outlive it. Collective.
[[nodiscard]] Ranker as_served(ServedModel& served, const MeasuredUsers& users);

/// A bound on values means something where they have one unit; event rules are for logs where they do not. Error:
/// usage (64).
void require_one_unit(const Relevance& relevance, const DatasetReader& dataset);

}  // namespace alster
