#include "host/personalize/user_explainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "host/model/learned.hpp"
#include "host/personalize/user_block.hpp"

namespace alster {

namespace {

constexpr Row block = 65'536;
constexpr const char* genres = "genres";

template <class A, class B>
double dot(A a, B b, Row width)
{
    double sum = 0;
    for (Row k = 0; k < width; ++k) sum += static_cast<double>(a[k]) * static_cast<double>(b[k]);
    return sum;
}

}  // namespace

/// One user whom the model knows, or an unknown one without a history.
struct UserExplainer::User {
    Row row;
    std::int32_t user_class = sees_nothing;
    Knowledge knowledge = Knowledge::unknown_id;
    UserHistories history = {};
    std::vector<std::uint8_t> nameable = {};
    std::vector<std::uint8_t> excluded = {};  // (items) by a Standing, 0: not
    std::vector<double> scores = {};          // (items) of the stored factors, with what terms add
    std::vector<double> neighbours = {};      // (items) what the neighbour term adds
    std::vector<double> recent = {};          // (items) what recent popularity adds
    double mean_score = 0;                    // over the items of which something was learned
    double deviation = 0;
    double likeness = 0;  // β: the multiple of the mean user's scores that fits this user's best
};

UserExplainer::UserExplainer(ServedModel& served, const ExplainOptions& options)
    : served_(served),
      options_(options),
      blend_(served, options.blend),
      recommender_(served, options.recommend, &blend_),
      explainer_(served.model(), served.items())
{
    const auto types = served.dataset().attribute_types(Side::items);
    const auto found = types.find(genres);
    if (found != types.end() && found->second == AttributeType::set)
        genres_ = served.dataset().attribute(Side::items, genres, {0, served.info().items});
}

UserExplainer::User UserExplainer::read(Row row)
{
    User user{.row = row};
    Eligibility* rules = options_.recommend.eligibility;
    if (rules) user.user_class = rules->classes_of(std::span(&row, 1)).front();
    if (row == unknown_user) return user;
    const ModelInfo& info = served_.info();
    const DatasetReader& dataset = served_.dataset();
    const RowRange range{row, row + 1};
    const auto x = served_.model().factors(Side::users, range);
    user.history = explainer_.histories(dataset, range);
    user.knowledge = has_learned(Side::users, x, served_.is_explicit()) ? Knowledge::learned
                     : user.history.events.entries() > 0                ? Knowledge::nothing_learned
                                                                        : Knowledge::no_history;
    user.nameable = nameable_events(user.history, 0, rules, user.user_class);
    user.excluded.resize(info.items);
    const auto exclude = [&](const Exclusion& exclusion, Standing standing) {
        const Interactions found = excluded_items(dataset, range, exclusion);
        for (const Column item : found.columns)
            if (user.excluded[item] == 0) user.excluded[item] = static_cast<std::uint8_t>(standing);
    };
    const Exclusion& asked = options_.recommend.exclusion;
    exclude({}, Standing::consumed);
    if (asked.held_out) exclude({.held_out = true}, Standing::consumed_in_holdout);
    if (asked.disliked) exclude(asked, Standing::disliked);
    user.scores.resize(info.items);
    double along = 0, length = 0;
    for (const auto item : served_.items().items()) {
        user.scores[item] = info.mean + dot(x, served_.items().factors(item), info.width);
        along += mean_scores()[item] * (user.scores[item] - info.mean);
        length += mean_scores()[item] * mean_scores()[item];
    }
    user.likeness = length > 0 ? along / length : 0;
    add_terms(x, user);
    double sum = 0, squares = 0;
    for (const auto item : served_.items().items()) {
        sum += user.scores[item];
        squares += user.scores[item] * user.scores[item];
    }
    const double count = std::max<double>(1, static_cast<double>(served_.items().items().size()));
    user.mean_score = sum / count;
    user.deviation = std::sqrt(std::max(0.0, squares / count - user.mean_score * user.mean_score));
    return user;
}

/// What is added to the scores of the user with these factors.
void UserExplainer::add_terms(std::span<const float> x, User& user) const
{
    const LearnedItems& items = served_.items();
    user.neighbours.resize(user.scores.size());
    user.recent.resize(user.scores.size());
    if (const Blend* blend = blend_.neighbours()) {
        const Interactions history = positive_history(served_.dataset(), std::span(&user.row, 1));
        const ScoreAddends added = blend->addends({x, 1, served_.info().width}, history);
        for (std::size_t n = 0; n < added.candidates.size(); ++n)
            user.neighbours[items.item(added.candidates[n])] = static_cast<double>(added.values[n]);
    }
    if (const RecentTerm* recent = blend_.recent())
        for (const auto item : items.items()) user.recent[item] = recent->addend(x.data(), item);
    for (const auto item : items.items()) user.scores[item] += user.neighbours[item] + user.recent[item];
}

Standing UserExplainer::standing(const User& user, Row item) const
{
    const Eligibility* rules = options_.recommend.eligibility;
    if (rules && !rules->items().at(user.user_class, item)) return Standing::not_eligible;
    if (!user.excluded.empty() && user.excluded[item] != 0) return static_cast<Standing>(user.excluded[item]);
    return served_.items().factors(item) ? Standing::may_be_listed : Standing::not_learned;
}

/// Ties as in lists.
Row UserExplainer::place(const User& user, Row item) const
{
    Row before = 0;
    for (const auto other : served_.items().items()) {
        const bool better =
            user.scores[other] > user.scores[item] || (user.scores[other] == user.scores[item] && other < item);
        before += better && standing(user, other) == Standing::may_be_listed;
    }
    return before + 1;
}

const std::vector<double>& UserExplainer::mean_scores()
{
    if (!mean_scores_.empty()) return mean_scores_;
    const ModelInfo& info = served_.info();
    std::vector<double> mean(info.width);
    double learned = 0;
    for (Row first = 0; first < info.users; first += block) {
        const auto factors = served_.model().factors(Side::users, {first, std::min(info.users, first + block)});
        for (std::size_t at = 0; at < factors.size(); at += mean.size()) {
            const auto x = std::span(factors).subspan(at, mean.size());
            if (!has_learned(Side::users, x, served_.is_explicit())) continue;
            ++learned;
            for (std::size_t a = 0; a < x.size(); ++a) mean[a] += x[a];
        }
    }
    mean_scores_.resize(info.items);
    for (const auto item : served_.items().items())
        mean_scores_[item] = dot(mean, served_.items().factors(item), info.width) / std::max(1.0, learned);
    return mean_scores_;
}

void UserExplainer::measure(const User& user, std::span<const double> drops, ExplainedItem& item)
{
    const auto events = user.history.events.columns_of(0);
    double named = 0, positive = 0;
    for (const auto& piece : strongest_evidence(drops, events, user.nameable, item.item, options_.evidence))
        named += piece.weight;
    for (const double drop : drops) positive += std::max(0.0, drop);
    if (positive > 0) item.measures.evidence_share = named / positive;
    const double above = *item.score - item.neighbours - item.recent_popularity - served_.info().mean;
    if (above > 0) item.measures.popularity_share = user.likeness * mean_scores()[item.item] / above;
    if (user.deviation > 0) item.measures.standard_score = (*item.score - user.mean_score) / user.deviation;
    if (!genres_) return;
    std::vector<Row> liked;
    for (std::size_t k = 0; k < events.size(); ++k)
        if (user.history.liked[k]) liked.push_back(events[k]);
    item.measures.genre_share = share_in_common(*genres_, item.item, liked);
}

/// Those items whose score is the model's.
void UserExplainer::explain(const User& user, ExplainedUser& result)
{
    result.events = user.history.events.rows() > 0 ? user.history.events.entries() : 0;
    std::vector<ExplainedItem*> asked;
    std::vector<std::int32_t> items;
    for (ExplainedItem& item : result.items) {
        const bool by_model = item.reason == Reason::model || item.reason == Reason::none;
        if (user.knowledge != Knowledge::learned || !by_model || item.standing == Standing::not_eligible ||
            item.standing == Standing::not_learned)
            continue;
        asked.push_back(&item);
        items.push_back(item.item);
    }
    if (items.empty()) return;
    const Interactions& events = user.history.events;
    const Explanation split = explainer_.explain(events, 0, items, options_.split);
    const Explanation drops = explainer_.explain(events, 0, items, ScoreSplit::leave_one_out);
    if (!split.reliable) refuse_explanation(served_.model(), user.row);
    for (std::size_t n = 0; n < asked.size(); ++n) {
        ExplainedItem& item = *asked[n];
        const auto weights = split.weights_of(n);
        item.neighbours = user.neighbours[item.item];
        item.recent_popularity = user.recent[item.item];
        item.score = split.scores[n] + item.neighbours + item.recent_popularity;
        item.base = split.bases[n];
        item.stored_score = user.scores[item.item];
        result.largest_difference = std::max(result.largest_difference, std::abs(*item.score - item.stored_score));
        item.because = strongest_evidence(weights, events.columns_of(0), user.nameable, item.item, options_.evidence);
        item.other_events = split.events - std::ssize(item.because);
        item.other_weight = std::accumulate(weights.begin(), weights.end(), 0.0);
        for (const auto& piece : item.because) item.other_weight -= piece.weight;
        measure(user, drops.weights_of(n), item);
    }
}

ExplainedUser UserExplainer::list(Row row)
{
    const Lists made = recommender_.lists(std::span(&row, 1));
    const User user = read(row);
    ExplainedUser result{.knowledge = made.knowledge.front(), .items = {}, .shortfall = made.shortfall.front()};
    const auto items = made.lists.items_of(0);
    for (std::size_t n = 0; n < items.size(); ++n) {
        ExplainedItem item{
            .item = items[n], .reason = made.reasons_of(0)[n], .place = static_cast<Row>(n) + 1, .because = {}};
        if (item.reason != Reason::model) item.score = item.stored_score = made.lists.scores_of(0)[n];
        result.items.push_back(std::move(item));
    }
    explain(user, result);
    return result;
}

ExplainedUser UserExplainer::items(Row row, std::span<const Row> items)
{
    const User user = read(row);
    ExplainedUser result{.knowledge = user.knowledge, .items = {}, .shortfall = {}};
    for (const Row asked : items) {
        ExplainedItem item{.item = static_cast<std::int32_t>(asked), .standing = standing(user, asked), .because = {}};
        if (user.knowledge == Knowledge::learned && item.standing == Standing::may_be_listed)
            item.place = place(user, asked);
        result.items.push_back(std::move(item));
    }
    explain(user, result);
    return result;
}

}  // namespace alster
