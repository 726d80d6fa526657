#include "host/personalize/recommender.hpp"

#include <algorithm>

#include "host/model/learned.hpp"

namespace alster {

/// What the two files hold of some users.
struct Recommender::Users {
    std::vector<float> factors;  // (users, width), 0 of unknown ones
    Interactions excluded;       // columns only
    std::vector<Knowledge> knowledge;
    std::vector<std::int32_t> class_of;  // of eligibility; empty: everybody may see everything
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

/// Those of the most popular items that a class may see.
PopularItems popular_of_class(const PopularItems& popular, const BitTable& eligible, std::int32_t user_class)
{
    PopularItems kept;
    for (std::size_t n = 0; n < popular.items.size(); ++n) {
        if (!eligible.at(user_class, popular.items[n])) continue;
        kept.items.push_back(popular.items[n]);
        kept.counts.push_back(popular.counts[n]);
    }
    return kept;
}

}  // namespace

Recommender::Recommender(ServedModel& served, const RecommendOptions& options)
    : model_(served.model()),
      dataset_(served.dataset()),
      options_(options),
      items_(served.items()),
      scorer_(served.item_scorer()),
      popularity_(served.popularity()),
      classes_(options.eligibility, items_.items())
{
    if (options.evidence > 0) evidence_.emplace(served, options.evidence, options.eligibility);
    if (!options.eligibility) {
        most_popular_ = most_popular(popularity_.counts());
        return;
    }
    Eligibility& rules = *options.eligibility;
    const auto unknown = rules.class_of_unknown();
    most_popular_ = popular_of_class(most_popular(popularity_.counts()), rules.items(), unknown);
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
        n = end;
    }
    if (options_.eligibility) users.class_of = options_.eligibility->classes_of(rows);
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
    Lists result{.lists = scorer_({users.factors, rows, model_.info().width}, filter, k),
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

Lists Recommender::lists(std::span<const Row> rows)
{
    const Users users = read(rows);
    Lists result = score(users);
    result.shortfall.resize(rows.size());
    for (Row u = 0; u < static_cast<Row>(rows.size()); ++u) {
        const bool learned = users.knowledge[u] == Knowledge::learned;
        if (!learned || (options_.fill && result.lists.filled[u] < options_.k)) fill(users, u, result);
        if (result.lists.filled[u] < options_.k) result.shortfall[u] = shortfall(users, u, result);
    }
    if (evidence_) evidence_->find(rows, result);
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
