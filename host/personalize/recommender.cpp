#include "host/personalize/recommender.hpp"

#include <algorithm>

#include "host/personalize/user_block.hpp"
#include "host/personalize/walk.hpp"

namespace alster {

struct Recommender::Users : UserBlock {
    std::vector<std::int32_t> class_of;  // of eligibility; empty: everybody may see everything
    Interactions history;                // columns only; of blended lists
};

PopularItems popular_for_unknown(const Popularity& popularity, Eligibility* eligibility)
{
    const PopularItems popular = popularity.first(most_popular_kept);
    if (!eligibility) return popular;
    const auto unknown = eligibility->class_of_unknown();
    PopularItems kept;
    for (std::size_t n = 0; n < popular.items.size(); ++n) {
        if (!eligibility->items().at(unknown, popular.items[n])) continue;
        kept.items.push_back(popular.items[n]);
        kept.counts.push_back(popular.counts[n]);
    }
    return kept;
}

namespace {

void append(const Lists& part, Row first, Lists& to)
{
    for (Row u = 0; u < part.lists.rows(); ++u) to.lists.copy_row(part.lists, u, first + u);
    to.reasons.insert(to.reasons.end(), part.reasons.begin(), part.reasons.end());
    to.knowledge.insert(to.knowledge.end(), part.knowledge.begin(), part.knowledge.end());
    to.shortfall.insert(to.shortfall.end(), part.shortfall.begin(), part.shortfall.end());
    to.classes.insert(to.classes.end(), part.classes.begin(), part.classes.end());
}

}  // namespace

Recommender::Recommender(ServedModel& served, const RecommendOptions& options, const BlendedScores* blend)
    : model_(served.model()),
      dataset_(served.dataset()),
      options_(options),
      blend_(blend ? blend->neighbours() : nullptr),
      items_(served.items()),
      scorer_(blend ? blend->scorer() : served.item_scorer()),
      popularity_(blend ? blend->popularity() : served.popularity()),
      classes_(options.eligibility, items_.items()),
      most_popular_(popular_for_unknown(popularity_, options.eligibility))
{
    if (options.evidence > 0) evidence_.emplace(served, options.evidence, options.eligibility);
}

Recommender::Users Recommender::read(std::span<const Row> rows) const
{
    const Exclusion* exclusion = options_.include_seen ? nullptr : &options_.exclusion;
    Users users{read_users(model_, dataset_, rows, exclusion), {}, {}};
    if (options_.eligibility) users.class_of = options_.eligibility->classes_of(rows);
    if (blend_) users.history = positive_history(dataset_, rows);
    return users;
}

/// The model's lists: of learned items, and for learned users only.
Lists Recommender::score(const Users& users)
{
    const Row k = options_.k;
    const auto rows = static_cast<Row>(users.knowledge.size());
    const Interactions excluded = items_.rows_of(users.excluded);
    CandidateFilter filter{.excluded = &excluded};
    classes_.apply(users.class_of, filter);
    const FactorTable factors{users.factors, rows, model_.info().width};
    const ScoreAddends added = blend_ ? blend_->addends(factors, users.history) : ScoreAddends();
    Lists result{.lists = scorer_({factors, blend_ ? &added : nullptr}, filter, k),
                 .reasons = std::vector(static_cast<std::size_t>(rows * k), Reason::none),
                 .knowledge = users.knowledge,
                 .classes = users.class_of};
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
Lists Recommender::lists(std::span<const Row> rows)
{
    const auto all = static_cast<Row>(rows.size());
    const Row at_once = blend_ ? rows_with_addends : std::max<Row>(1, all);
    Lists result{.lists = TopK(all, options_.k)};
    for (Row first = 0; first < all; first += at_once)
        append(make(rows.subspan(first, std::min(at_once, all - first))), first, result);
    return result;
}

void Recommender::find_evidence(std::span<const Row> users, Lists& made) const
{
    if (evidence_) evidence_->find(users, made);
}

Lists Recommender::make(std::span<const Row> rows)
{
    const Users users = read(rows);
    Lists result = score(users);
    result.shortfall.resize(rows.size());
    for (Row u = 0; u < static_cast<Row>(rows.size()); ++u) {
        const bool learned = users.knowledge[u] == Knowledge::learned;
        if (!learned || (options_.fill && result.lists.filled[u] < options_.k)) fill(users, u, result);
        if (result.lists.filled[u] < options_.k) result.shortfall[u] = shortfall(users, u, result);
    }
    return result;
}

/// Appends the most popular items that a user may see and whose list neither has nor excludes.
void Recommender::fill(const Users& users, Row u, Lists& result) const
{
    TopK& lists = result.lists;
    const auto excluded = users.excluded.columns_of(u);
    const auto listed = lists.items_of(u);
    Interactions taken;
    taken.columns.assign(excluded.begin(), excluded.end());
    taken.columns.insert(taken.columns.end(), listed.begin(), listed.end());
    std::ranges::sort(taken.columns);
    taken.offsets.push_back(static_cast<Offset>(taken.columns.size()));
    CandidateFilter filter{.excluded = &taken};
    if (options_.eligibility) {
        filter.class_of = std::span(users.class_of).subspan(u, 1);
        filter.eligible = &options_.eligibility->items();
    }
    const Row first = u * options_.k + lists.filled[u];
    const TopK popular = popularity_.lists(filter, 1, options_.k - lists.filled[u]);
    const bool unknown = users.knowledge[u] == Knowledge::unknown_id;
    std::ranges::copy(popular.items_of(0), lists.items.begin() + first);
    std::ranges::copy(popular.scores_of(0), lists.scores.begin() + first);
    std::fill_n(result.reasons.begin() + first, popular.filled[0], unknown ? Reason::unknown_user : Reason::popularity);
    lists.filled[u] += popular.filled[0];
}

Shortfall Recommender::shortfall(const Users& users, Row u, const Lists& result) const
{
    const Row items = model_.info().items, filled = result.lists.filled[u];
    const auto excluded = users.excluded.columns_of(u);
    Shortfall why{.places = options_.k - filled, .excluded = std::ssize(excluded)};
    if (options_.eligibility) {
        const BitTable& eligible = options_.eligibility->items();
        const auto c = users.class_of[u];
        why.not_eligible = items - options_.eligibility->classes()[static_cast<std::size_t>(c)].items;
        why.excluded = std::ranges::count_if(excluded, [&](Column item) { return eligible.at(c, item); });
    }
    why.not_learned = items - filled - why.not_eligible - why.excluded;
    return why;
}

}  // namespace alster
