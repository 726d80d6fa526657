#include "host/personalize/recommender.hpp"

#include <algorithm>

#include "host/model/learned.hpp"
#include "host/personalize/walk.hpp"

namespace alster {

/// What the two files hold of some users.
struct Recommender::Users {
    std::vector<float> factors;  // (users, width), 0 of unknown ones
    Interactions excluded;       // columns only
    Interactions history;        // columns only; of blended lists
    std::vector<Knowledge> knowledge;
};

namespace {

Knowledge knowledge_of(const ModelInfo& info, std::span<const float> factors, Offset interactions)
{
    if (has_learned(Side::users, factors, info.objective == "explicit")) return Knowledge::learned;
    return interactions > 0 ? Knowledge::nothing_learned : Knowledge::no_history;
}

void append(const Interactions& rows, Interactions& to)
{
    const Offset before = to.entries();
    to.columns.insert(to.columns.end(), rows.columns.begin(), rows.columns.end());
    for (Row r = 0; r < rows.rows(); ++r) to.offsets.push_back(before + rows.offsets[r + 1]);
}

void append(const Lists& part, Row first, Lists& to)
{
    for (Row u = 0; u < part.lists.rows(); ++u) to.lists.copy_row(part.lists, u, first + u);
    to.reasons.insert(to.reasons.end(), part.reasons.begin(), part.reasons.end());
    to.knowledge.insert(to.knowledge.end(), part.knowledge.begin(), part.knowledge.end());
}

}  // namespace

Recommender::Recommender(ServedModel& served, const RecommendOptions& options, const Blend* blend)
    : model_(served.model()),
      dataset_(served.dataset()),
      options_(options),
      blend_(blend),
      items_(served.items()),
      scorer_(served.item_scorer()),
      popularity_(served.popularity()),
      most_popular_(most_popular(popularity_.counts()))
{
}

/// Users in any order; a run of consecutive rows is read at once.
Recommender::Users Recommender::read(std::span<const Row> rows) const
{
    const ModelInfo& info = model_.info();
    Users users;
    for (std::size_t n = 0; n < rows.size();) {
        if (rows[n] == unknown_user) {
            users.factors.resize(users.factors.size() + info.width);
            users.excluded.offsets.push_back(users.excluded.entries());
            users.history.offsets.push_back(users.history.entries());
            users.knowledge.push_back(Knowledge::unknown_id);
            ++n;
            continue;
        }
        std::size_t end = n + 1;
        while (end < rows.size() && rows[end] == rows[end - 1] + 1) ++end;
        const RowRange run{rows[n], rows[end - 1] + 1};
        const auto factors = model_.factors(Side::users, run);
        const auto offsets = dataset_.offsets(Part::train, Side::users, run);
        for (Row r = 0; r < run.size(); ++r)
            users.knowledge.push_back(knowledge_of(info, std::span(factors).subspan(r * info.width, info.width),
                                                   offsets[r + 1] - offsets[r]));
        users.factors.insert(users.factors.end(), factors.begin(), factors.end());
        if (options_.include_seen)
            users.excluded.offsets.resize(users.excluded.offsets.size() + run.size(), users.excluded.entries());
        else
            append(excluded_items(dataset_, run, options_.exclusion), users.excluded);
        if (blend_) append(positive_items(dataset_.interactions(Part::train, Side::users, run)), users.history);
        n = end;
    }
    return users;
}

/// The model's lists: of learned items, and for learned users only.
Lists Recommender::score(const Users& users) const
{
    const Row k = options_.k;
    const auto rows = static_cast<Row>(users.knowledge.size());
    const Interactions excluded = items_.rows_of(users.excluded);
    const FactorTable factors{users.factors, rows, model_.info().width};
    const ScoreAddends added = blend_ ? blend_->addends(factors, users.history) : ScoreAddends();
    Lists result{.lists = scorer_({factors, blend_ ? &added : nullptr}, {.excluded = &excluded}, k),
                 .reasons = std::vector(static_cast<std::size_t>(rows * k), Reason::none),
                 .knowledge = users.knowledge};
    TopK& lists = result.lists;
    for (Row u = 0; u < rows; ++u) {
        if (users.knowledge[u] != Knowledge::learned) lists.clear(u);
        for (Row n = u * k; n < u * k + lists.filled[u]; ++n) {
            lists.items[n] = items_.item(lists.items[n]);
            lists.scores[n] = static_cast<float>(model_.info().mean + lists.scores[n]);
            result.reasons[n] = Reason::model;
        }
    }
    return result;
}

/// What blending adds is held for some users at a time.
Lists Recommender::lists(std::span<const Row> rows) const
{
    if (!blend_) return make(rows);
    const auto all = static_cast<Row>(rows.size());
    Lists result{.lists = TopK(all, options_.k)};
    for (Row first = 0; first < all; first += rows_with_addends)
        append(make(rows.subspan(first, std::min(rows_with_addends, all - first))), first, result);
    return result;
}

Lists Recommender::make(std::span<const Row> rows) const
{
    const Users users = read(rows);
    Lists result = score(users);
    for (Row u = 0; u < static_cast<Row>(rows.size()); ++u) {
        const bool learned = users.knowledge[u] == Knowledge::learned;
        const bool unknown = users.knowledge[u] == Knowledge::unknown_id;
        if (!learned || (options_.fill && result.lists.filled[u] < options_.k))
            fill(u, users.excluded.columns_of(u), unknown ? Reason::unknown_user : Reason::popularity, result);
    }
    return result;
}

/// Appends the most popular items that a user's list neither has nor excludes.
void Recommender::fill(Row u, std::span<const Column> excluded, Reason reason, Lists& result) const
{
    TopK& lists = result.lists;
    const auto listed = lists.items_of(u);
    Interactions taken;
    taken.columns.assign(excluded.begin(), excluded.end());
    taken.columns.insert(taken.columns.end(), listed.begin(), listed.end());
    std::ranges::sort(taken.columns);
    taken.offsets.push_back(static_cast<Offset>(taken.columns.size()));
    const Row first = u * options_.k + lists.filled[u];
    const TopK popular = popularity_.lists(&taken, 1, options_.k - lists.filled[u]);
    std::ranges::copy(popular.items_of(0), lists.items.begin() + first);
    std::ranges::copy(popular.scores_of(0), lists.scores.begin() + first);
    std::fill_n(result.reasons.begin() + first, popular.filled[0], reason);
    lists.filled[u] += popular.filled[0];
}

}  // namespace alster
