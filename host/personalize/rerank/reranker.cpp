#include "host/personalize/rerank/reranker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/error.hpp"
#include "host/personalize/condition_matcher.hpp"
#include "host/statistics/metrics.hpp"

namespace alster {

/// What re-ranking asks of a user's past.
struct Reranker::History {
    Taste taste = {};
    std::vector<Column> held_out = {};  // positive ones, ascending
    std::vector<Column> consumed = {};  // ascending, in training
    std::vector<Column> shown = {};     // ascending, impressions without a play
    Showings former = {};
};

/// The items of a list in its order. The first `pool` are chosen from, and the others follow.
struct Reranker::Candidates {
    std::vector<std::int32_t> items;
    std::vector<float> model_scores;
    std::vector<double> scores = {};      // (pool) from 0 to 1
    std::vector<double> directions = {};  // (items, factors)
    std::vector<double> fatigue = {};     // (pool) the factor of the score; empty: 1
    Row pool = 0;
    Row scored = 0;  // items whose score is the model's: the first ones, or none
    Row width = 0;
};

struct Reranker::Outcome {
    std::vector<Row> places;
    std::vector<ListMeasures> measures;            // before, and after each step
    std::vector<std::vector<std::int32_t>> lists;  // likewise
    std::int64_t above_caps = 0;
    std::int64_t missing_quota = 0;
};

namespace {

constexpr auto place_of_ndcg =
    static_cast<std::size_t>(std::ranges::find(ranking_metrics, std::string_view("ndcg")) - ranking_metrics.begin());
static_assert(place_of_ndcg < ranking_metrics.size());

constexpr const char* usual_taste = "genres";

/// The items that meet one of the alternatives.
std::vector<bool> items_that_meet(const DatasetReader& dataset, const RerankRules& rules, const QuotaRule& quota)
{
    EligibilityRules no_scales;
    no_scales.path = rules.path;
    no_scales.known = rules.known;
    Attributes attributes;
    std::vector<std::vector<ConditionMatcher>> alternatives;
    for (const auto& conditions : quota.items)
        for (const auto& condition : conditions) {
            auto column = attribute_of_items(dataset, condition.attribute, condition.where);
            const auto& kept = attributes.emplace(condition.attribute, std::move(column)).first->second;
            check_condition(condition, kept, no_scales);
        }
    for (const auto& conditions : quota.items) {
        auto& all = alternatives.emplace_back();
        for (const auto& condition : conditions)
            all.emplace_back(condition, attributes.at(condition.attribute), no_scales);
    }
    std::vector<bool> met(dataset.info().items);
    for (Row item = 0; item < std::ssize(met); ++item)
        met[item] = std::ranges::any_of(alternatives, [&](const auto& all) {
            return std::ranges::all_of(all, [&](const auto& condition) { return condition(item); });
        });
    return met;
}

void add_boost(const DatasetReader& dataset, const BoostRule& rule, std::vector<double>& boost)
{
    const auto column = attribute_of_items(dataset, rule.attribute, rule.where);
    if (column.type != AttributeType::number)
        throw Error(ExitCode::bad_config, "{}: '{}' is a {}: a number is added to the score", rule.where,
                    rule.attribute, name(column.type));
    boost.resize(column.numbers.size());
    for (std::size_t i = 0; i < boost.size(); ++i)
        if (!std::isnan(column.numbers[i])) boost[i] += rule.weight * column.numbers[i];
}

bool has_values(const DatasetReader& dataset, const char* attribute)
{
    const auto types = dataset.attribute_types(Side::items);
    const auto found = types.find(attribute);
    return found != types.end() && (found->second == AttributeType::set || found->second == AttributeType::category);
}

}  // namespace

Reranker::Reranker(ServedModel& served, RerankRules rules, const FormerLists& former, bool measures_hits)
    : served_(served), rules_(std::move(rules)), former_(former), measures_hits_(measures_hits), price_({}, 0)
{
    const DatasetReader& dataset = served.dataset();
    for (const auto& rule : rules_.boosts) add_boost(dataset, rule, boost_);
    if (rules_.calibration)
        taste_.emplace(dataset, rules_.calibration->attribute, rules_.calibration->where);
    else if (has_values(dataset, usual_taste))
        taste_.emplace(dataset, usual_taste, rules_.path);
    for (const auto& rule : rules_.caps) capped_.emplace_back(dataset, rule.attribute, rule.where);
    for (const auto& rule : rules_.quotas) counted_.push_back(items_that_meet(dataset, rules_, rule));
    add_steps();
    static_cast<void>(served_.items());
    static_cast<void>(served_.popularity());
}

void Reranker::add_steps()
{
    std::vector<std::string> names;
    const auto add = [&](bool asked, Step step, const std::string& name) {
        if (!asked) return;
        steps_.push_back(step);
        names.push_back(name);
    };
    add(rules_.fatigue.has_value(), Step::fatigue, "fatigue");
    add(!rules_.boosts.empty(), Step::boost, "boost");
    if (rules_.diversity)
        add(true, Step::diversity, fmt::format("{} {}", name(rules_.diversity->method), rules_.diversity->weight));
    if (rules_.calibration) add(true, Step::calibration, fmt::format("calibration {}", rules_.calibration->weight));
    add(!rules_.caps.empty(), Step::caps, "caps");
    add(!rules_.quotas.empty(), Step::quotas, "quotas");
    price_ = RerankPrice(names, served_.info().items);
}

/// Of the held-out part only what lists are measured by: a list that knew of it would be measured too well.
void Reranker::read(RowRange users, std::span<History> histories) const
{
    const DatasetReader& dataset = served_.dataset();
    const auto liked = [](const Interactions& rows, Row u) {
        std::vector<Column> items;
        for (Offset n = rows.offsets[u]; n < rows.offsets[u + 1]; ++n)
            if (rows.positive(n)) items.push_back(rows.columns[n]);
        return items;
    };
    const Interactions train = dataset.interactions(Part::train, Side::users, users);
    for (Row u = 0; u < train.rows(); ++u) {
        if (taste_) histories[u].taste = Taste::of(*taste_, liked(train, u));
        for (Offset n = train.offsets[u]; n < train.offsets[u + 1]; ++n) {
            const Roles roles = train.roles_of(n);
            if ((roles & consumed_role) != 0)
                histories[u].consumed.push_back(train.columns[n]);
            else if ((roles & shown_role) != 0)
                histories[u].shown.push_back(train.columns[n]);
        }
    }
    if (dataset.info().held_out == 0) return;
    const Interactions held_out = dataset.interactions(Part::holdout, Side::users, users);
    for (Row u = 0; u < held_out.rows(); ++u) histories[u].held_out = liked(held_out, u);
}

std::vector<Reranker::History> Reranker::read(std::span<const Row> users) const
{
    std::vector<History> histories(users.size());
    for (std::size_t n = 0; n < users.size();) {
        std::size_t end = n + 1;
        if (users[n] != unknown_user) {
            while (end < users.size() && users[end] == users[end - 1] + 1) ++end;
            read({users[n], users[end - 1] + 1}, std::span(histories).subspan(n, end - n));
        }
        n = end;
    }
    if (!rules_.fatigue || former_.empty()) return histories;
    auto shown = former_.of(users);
    for (std::size_t n = 0; n < users.size(); ++n) histories[n].former = std::move(shown[n]);
    return histories;
}

Reranker::Candidates Reranker::candidates(const Lists& pools, Row u, const History& history, Row k) const
{
    const auto items = pools.lists.items_of(u);
    const auto model_scores = pools.lists.scores_of(u);
    const auto reasons = pools.reasons_of(u);
    Candidates c{.items = {items.begin(), items.end()}, .model_scores = {model_scores.begin(), model_scores.end()}};
    const Row alike = std::find_if(reasons.begin(), reasons.begin() + std::ssize(items),
                                   [&](Reason reason) { return reason != reasons.front(); }) -
                      reasons.begin();
    c.pool = std::min({alike, rules_.pool_of(k), RerankRules::most_pool});
    c.scored = !items.empty() && reasons.front() == Reason::model ? alike : 0;
    if (c.pool > 0) {
        const double lowest = *std::min_element(c.model_scores.begin(), c.model_scores.begin() + c.pool);
        const double range = *std::max_element(c.model_scores.begin(), c.model_scores.begin() + c.pool) - lowest;
        for (Row n = 0; n < c.pool; ++n)
            c.scores.push_back(range > 0 ? (static_cast<double>(c.model_scores[n]) - lowest) / range : 1);
    }
    const LearnedItems& learned = served_.items();
    const FactorTable table = learned.table();
    c.width = served_.info().factors;
    c.directions.resize(c.items.size() * static_cast<std::size_t>(c.width));
    for (std::size_t n = 0; n < c.items.size(); ++n) {
        const auto row = learned.row(c.items[n]);
        if (row < 0) continue;
        const float* y = table.values.data() + row * table.width;
        double squares = 0;
        for (Row a = 0; a < c.width; ++a) squares += static_cast<double>(y[a]) * y[a];
        if (squares == 0) continue;
        double* to = c.directions.data() + static_cast<Row>(n) * c.width;
        for (Row a = 0; a < c.width; ++a) to[a] = y[a] / std::sqrt(squares);
    }
    if (!rules_.fatigue) return c;
    for (Row n = 0; n < c.pool; ++n) {
        const auto found = std::ranges::lower_bound(history.former.items, c.items[n]);
        std::int32_t times = 0;
        if (found != history.former.items.end() && *found == c.items[n])
            times = history.former.counts[static_cast<std::size_t>(found - history.former.items.begin())];
        times += rules_.fatigue->impressions && std::ranges::binary_search(history.shown, c.items[n]) ? 1 : 0;
        if (std::ranges::binary_search(history.consumed, c.items[n])) times = 0;
        c.fatigue.push_back(std::pow(rules_.fatigue->factor, times));
    }
    return c;
}

/// Those of the first `steps` steps.
Aims Reranker::aims(std::size_t steps, const Taste& taste) const
{
    Aims aims;
    for (std::size_t s = 0; s < steps; ++s) {
        if (steps_[s] == Step::diversity) aims.diversity = rules_.diversity;
        if (steps_[s] == Step::calibration) {
            aims.calibration = rules_.calibration->weight;
            aims.calibrated = &*taste_;
            aims.taste = &taste;
        }
        if (steps_[s] == Step::caps)
            for (std::size_t n = 0; n < capped_.size(); ++n) aims.caps.push_back({&capped_[n], rules_.caps[n].at_most});
        if (steps_[s] == Step::quotas)
            for (std::size_t n = 0; n < counted_.size(); ++n)
                aims.quotas.push_back({&counted_[n], rules_.quotas[n].at_least});
    }
    return aims;
}

std::vector<double> Reranker::scores(const Candidates& c, std::size_t steps) const
{
    std::vector<double> scores = c.scores;
    for (std::size_t s = 0; s < steps; ++s)
        for (std::size_t n = 0; n < scores.size(); ++n) {
            if (steps_[s] == Step::fatigue) scores[n] *= c.fatigue[n];
            if (steps_[s] == Step::boost) scores[n] += boost_[c.items[n]];
        }
    return scores;
}

Reranker::Outcome Reranker::outcome(const Candidates& c, const History& history, Row k) const
{
    const auto length = static_cast<Row>(std::min<std::size_t>(k, c.items.size()));
    Outcome result;
    const auto keep = [&](std::span<const Row> places) {
        result.measures.push_back(measure(c, history, places, k));
        auto& list = result.lists.emplace_back();
        for (const Row place : places) list.push_back(c.items[place]);
    };
    result.places.resize(length);
    std::iota(result.places.begin(), result.places.end(), 0);
    if (c.scored > 0) keep(result.places);
    for (std::size_t steps = c.scored > 0 ? 1 : steps_.size(); steps <= steps_.size(); ++steps) {
        const std::vector<double> scores = this->scores(c, steps);
        const Pool pool{
            .items = std::span(c.items).first(c.pool), .scores = scores, .directions = c.directions, .width = c.width};
        Choice choice = choose(pool, aims(steps, history.taste), length);
        for (Row n = c.pool; std::ssize(choice.places) < length; ++n) choice.places.push_back(n);
        result.places = std::move(choice.places);
        result.above_caps = choice.above_caps;
        result.missing_quota = choice.missing_quota;
        if (c.scored > 0) keep(result.places);
    }
    return result;
}

ListMeasures Reranker::measure(const Candidates& c, const History& history, std::span<const Row> places, Row k) const
{
    std::vector<std::int32_t> items;
    std::vector<double> sum(c.width);
    double score = 0, novelty = 0, squares = 0;
    Row scored = 0;
    for (const Row place : places) {
        items.push_back(c.items[place]);
        if (place < c.scored) {
            score += c.model_scores[place];
            ++scored;
        }
        const auto takers = std::max(1, served_.popularity().counts()[c.items[place]]);
        novelty -= std::log2(static_cast<double>(takers) / static_cast<double>(served_.info().users));
        for (Row a = 0; a < c.width; ++a) {
            const double y = c.directions[place * c.width + a];
            sum[a] += y;
            squares += y * y;
        }
    }
    const auto n = static_cast<double>(places.size());
    ListMeasures measures;
    if (measures_hits_ && !history.held_out.empty())
        measures[0] = ranking_scores(find_hits(items, history.held_out), std::ssize(history.held_out),
                                     served_.info().items, k)[place_of_ndcg];
    measures[1] = score / static_cast<double>(std::max<Row>(1, scored));
    if (taste_ && !history.taste.values.empty()) measures[2] = divergence(history.taste, *taste_, items);
    // Σ over pairs of the cosine is half of |Σ y|² − Σ |y|²
    if (n > 1) {
        const double cosines = std::inner_product(sum.begin(), sum.end(), sum.begin(), -squares) / 2;
        measures[3] = 1 - cosines / (n * (n - 1) / 2);
    }
    measures[4] = novelty / n;
    return measures;
}

Lists Reranker::rerank(std::span<const Row> users, const Lists& pools, Row k)
{
    const auto rows = static_cast<Row>(users.size());
    const std::vector<History> histories = read(users);
    std::vector<Outcome> outcomes(users.size());
    Lists result{.lists = TopK(rows, k),
                 .reasons = std::vector(static_cast<std::size_t>(rows * k), Reason::none),
                 .knowledge = pools.knowledge,
                 .shortfall = std::vector<Shortfall>(users.size()),
                 .classes = pools.classes};
#pragma omp parallel for schedule(dynamic, 16)
    for (Row u = 0; u < rows; ++u) {
        const Candidates c = candidates(pools, u, histories[u], k);
        outcomes[u] = outcome(c, histories[u], k);
        Row place = u * k;
        for (const Row from : outcomes[u].places) {
            result.lists.items[place] = c.items[from];
            result.lists.scores[place] = c.model_scores[from];
            result.reasons[place++] = pools.reasons_of(u)[from];
        }
        result.lists.filled[u] = static_cast<std::int32_t>(place - u * k);
        if (result.lists.filled[u] == k || pools.shortfall.empty()) continue;
        result.shortfall[u] = pools.shortfall[u];
        result.shortfall[u].places = k - result.lists.filled[u];
    }
    for (const Outcome& one : outcomes) {
        price_.add_failures(one.above_caps, one.missing_quota);
        if (!one.measures.empty()) price_.add(one.measures, one.lists);
    }
    return result;
}

}  // namespace alster
