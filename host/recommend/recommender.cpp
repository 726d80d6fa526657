#include "host/recommend/recommender.hpp"

#include <algorithm>

#include "data/exclusion.hpp"

namespace alster {

namespace {

struct UserRows {
    std::vector<float> factors;
    Interactions history;
};

/// Factors and history of users in any order; a run of consecutive rows is read at once.
UserRows read_users(const ModelReader& model, const DatasetReader& dataset, std::span<const Row> users)
{
    UserRows block;
    for (std::size_t n = 0; n < users.size();) {
        std::size_t end = n + 1;
        while (end < users.size() && users[end] == users[end - 1] + 1) ++end;
        const RowRange run{users[n], users[end - 1] + 1};
        const auto factors = model.factors(Side::users, run);
        block.factors.insert(block.factors.end(), factors.begin(), factors.end());
        const auto history = excluded_items(dataset, run, {});
        const Offset before = block.history.entries();
        block.history.columns.insert(block.history.columns.end(), history.columns.begin(), history.columns.end());
        for (Row r = 0; r < run.size(); ++r) block.history.offsets.push_back(before + history.offsets[r + 1]);
        n = end;
    }
    return block;
}

}  // namespace

const char* name(Reason reason) { return reason == Reason::model ? "model" : "popularity"; }

Recommender::Recommender(const Communicator& ranks, const ModelReader& model, const DatasetReader& dataset, Row k,
                         bool include_seen, const MakeScorer& make_scorer)
    : model_(model),
      dataset_(dataset),
      k_(k),
      include_seen_(include_seen),
      items_(model.factors(Side::items, {0, model.info().items})),
      scorer_(make_scorer({items_, model.info().items, model.info().width})),
      popularity_(positive_counts(ranks, dataset))
{
}

UserLists Recommender::lists(std::span<const Row> users) const
{
    const ModelInfo& info = model_.info();
    const auto rows = static_cast<Row>(users.size());
    const UserRows block = read_users(model_, dataset_, users);
    const Interactions* seen = include_seen_ ? nullptr : &block.history;
    UserLists result{.lists = scorer_({block.factors, rows, info.width}, seen, k_),
                     .reasons = std::vector(users.size(), Reason::model)};
    TopK popular;
    for (Row u = 0; u < rows; ++u) {
        if (block.history.entries(u) > 0) continue;
        if (popular.rows() == 0) popular = popularity_.lists(nullptr, 1, k_);
        std::copy_n(popular.items.begin(), k_, result.lists.items.begin() + u * k_);
        std::copy_n(popular.scores.begin(), k_, result.lists.scores.begin() + u * k_);
        result.lists.filled[u] = popular.filled[0];
        result.reasons[u] = Reason::popularity;
    }
    return result;
}

}  // namespace alster
