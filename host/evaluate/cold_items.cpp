#include "host/evaluate/cold_items.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "data/error.hpp"
#include "data/id_hash.hpp"
#include "host/evaluate/cold_trial.hpp"
#include "host/evaluate/measured_users.hpp"
#include "host/model/served_factors.hpp"
#include "host/personalize/cold/mapping.hpp"
#include "host/personalize/cold/prior_map.hpp"
#include "host/personalize/walk.hpp"
#include "host/statistics/draws.hpp"

namespace alster {

namespace {

/// Which items are hidden, and which are left to learn from.
struct Choice {
    std::vector<Row> known;
    std::vector<Row> hidden;
    std::vector<std::int32_t> place_of;  // (items) among the hidden ones, −1: not hidden
};

/// One in 1/fraction of the learned items, by their ids.
Choice choose(ServedModel& served, const ColdItemsOptions& options)
{
    const auto hashes = id_hashes(served.model().ids(Side::items, {0, served.info().items}));
    const auto counts = served.popularity().counts();
    Choice choice{.known = {}, .hidden = {}, .place_of = std::vector<std::int32_t>(hashes.size(), -1)};
    for (const std::int32_t item : served.items().items()) {
        const double drawn = std::ldexp(static_cast<double>(mixed_bits(hashes[item] ^ mixed_bits(options.seed))), -64);
        if (counts[item] == 0 || drawn >= options.fraction) {
            choice.known.push_back(item);
            continue;
        }
        choice.place_of[item] = static_cast<std::int32_t>(choice.hidden.size());
        choice.hidden.push_back(item);
    }
    if (choice.hidden.empty() || choice.known.empty())
        throw Error(ExitCode::bad_data,
                    "{}: a fraction of {} hides {} of the {} items of which something was learned; give another one, "
                    "or another seed",
                    served.model().file().path().string(), options.fraction, choice.hidden.size(),
                    served.items().items().size());
    return choice;
}

/// Lists by scores of all titles, which score(user, into) makes.
template <class Score>
Ranker ranker_by(Row titles, Score score)
{
    return [titles, score](std::span<const Row> wanted, const Interactions&, Row k) {
        TopK lists(std::ssize(wanted), k);
#pragma omp parallel
        {
            std::vector<double> sums(static_cast<std::size_t>(titles));
            std::vector<Scored> order(sums.size());
#pragma omp for schedule(dynamic, 16)
            for (Row n = 0; n < std::ssize(wanted); ++n) {
                score(wanted[n], std::span<double>(sums));
                for (Row i = 0; i < titles; ++i) order[i] = {static_cast<float>(sums[i]), static_cast<std::int32_t>(i)};
                const Row filled = std::min(k, titles);
                std::partial_sort(order.begin(), order.begin() + filled, order.end());
                for (Row place = 0; place < filled; ++place) {
                    lists.items[n * k + place] = order[place].item;
                    lists.scores[n * k + place] = order[place].score;
                }
                lists.filled[n] = static_cast<std::int32_t>(filled);
            }
        }
        return lists;
    };
}

/// Positive interactions of all ranks' users with each hidden title.
std::vector<std::int64_t> plays_of(const Communicator& ranks, const Interactions& hidden, std::size_t titles)
{
    std::vector<std::int64_t> plays(titles);
    for (Offset entry = 0; entry < hidden.entries(); ++entry) plays[hidden.columns[entry]] += hidden.positive(entry);
    ranks.sum(plays);
    return plays;
}

/// The prior of a model's items, and what it takes to fit it again.
struct ItemPrior {
    FeaturePrior prior;
    Features features;            // of all items, by the prior's names
    std::vector<double> weights;  // (items) w = λ_i / λ
};

std::optional<ItemPrior> item_prior(const ServedModel& served, const Interactions& left)
{
    auto prior = served.model().prior(Side::items);
    if (!prior) return std::nullopt;
    const Row items = served.info().items;
    std::vector<std::int64_t> entries(static_cast<std::size_t>(items));
    for (const Column item : left.columns) ++entries[item];
    served.ranks().sum(entries);
    RowObjective weight = Objective::of(served.info()).of_row(served.info().users);
    weight.lambda = 1;
    ItemPrior made{.prior = std::move(*prior), .features = {}, .weights = {}};
    made.features = read_features(served.dataset(), Side::items, made.prior.names, {0, items});
    for (const auto n : entries) made.weights.push_back(n > 0 ? weight.regularization(n) : 0);
    return made;
}

/// What all ways rank.
struct Trial {
    const Choice& choice;
    const Features& features;
    const RankingTask& task;
    const Objective objective;
    const RefoldedUsers& refolded;
    const std::optional<ItemPrior> prior;
};

std::vector<float> map_hidden(const Trial& trial, ColdMethod method)
{
    const MappingTask mapping{.features = trial.features,
                              .factors = trial.refolded.items.table(),
                              .known = trial.choice.known,
                              .wanted = trial.choice.hidden};
    if (method == ColdMethod::prior)
        return map_by_refitted_prior(trial.prior->prior,
                                     {trial.prior->features, mapping.factors, mapping.known, mapping.wanted},
                                     trial.prior->weights);
    return method == ColdMethod::knn ? map_by_nearest(mapping) : map_by_ridge(mapping);
}

/// By x·y, y mapped from features.
RankingReport rank_mapped(ServedModel& served, const Trial& trial, ColdMethod method)
{
    const std::vector<float> mapped = map_hidden(trial, method);
    const ServedFactors users(Side::users, trial.objective, trial.refolded.users.values);
    const ServedFactors titles(Side::items, trial.objective, mapped);
    const Row width = trial.objective.served_width();
    const Scorer scorer = served.scorers().make({titles.values(), std::ssize(trial.choice.hidden), width});
    return evaluate_ranking(served.ranks(), trial.task,
                            model_ranker({users.values(), trial.task.rows.size(), width}, scorer));
}

/// By content alone, or with one of the maps.
RankingReport rank_by_content(ServedModel& served, const Trial& trial, const Interactions& history,
                              const ColdMethod* map)
{
    const ContentScores content(trial.features, trial.choice.hidden);
    const std::vector<float> mapped = map ? map_hidden(trial, *map) : std::vector<float>();
    const ServedFactors users(Side::users, trial.objective, trial.refolded.users.values);
    const ServedFactors titles(Side::items, trial.objective, mapped);
    const auto width = static_cast<std::size_t>(trial.objective.served_width());
    const Ranker ranker = ranker_by(trial.task.items, [&](Row user, std::span<double> sums) {
        content.score(history.columns_of(user), sums);
        if (!map) return;
        std::vector<double> dots(sums.size());
        dot_scores(users.values().subspan(user * width, width), titles.values(), dots);
        standardise(sums);
        standardise(dots);
        for (std::size_t n = 0; n < sums.size(); ++n) sums[n] += dots[n];
    });
    return evaluate_ranking(served.ranks(), trial.task, ranker);
}

/// Those that know no features: how often a title was really played, which nobody knows of a new one, and chance.
void rank_without_features(const Communicator& ranks, const Trial& trial, std::uint64_t seed, ColdItemsReport& report)
{
    const auto titles = std::ssize(trial.choice.hidden);
    const auto plays = plays_of(ranks, trial.task.holdout, trial.choice.hidden.size());
    const Popularity popularity(std::vector<std::int32_t>(plays.begin(), plays.end()));
    report.interactions = 0;
    for (const auto count : plays) report.interactions += count;
    report.rankings.push_back({"popularity", evaluate_ranking(ranks, trial.task, popularity_ranker(popularity))});
    const Ranker chance = ranker_by(titles, [&](Row user, std::span<double> sums) {
        const Draws draws(seed, trial.task.keys[user]);
        for (std::size_t n = 0; n < sums.size(); ++n) sums[n] = static_cast<double>(draws.bits(n) >> 40);
    });
    report.rankings.push_back({"random", evaluate_ranking(ranks, trial.task, chance)});
}

/// The first of the best ones.
ColdMethod best_of(const ColdItemsReport& report, std::span<const ColdMethod> methods)
{
    return *std::ranges::max_element(methods, {}, [&](ColdMethod method) {
        const RankingReport& ranking = report.of(method);
        return ranking.measurement("ndcg", ranking.ks.front()).value;
    });
}

/// Of those that make factors; the blend, which stands before the prior, is made of it.
ColdMethod best_map(const ColdItemsReport& report, const std::optional<RankingReport>& by_prior)
{
    constexpr std::array maps{ColdMethod::knn, ColdMethod::ridge};
    const ColdMethod best = best_of(report, maps);
    const auto ndcg = [](const RankingReport& ranking) {
        return ranking.measurement("ndcg", ranking.ks.front()).value;
    };
    return by_prior && ndcg(*by_prior) > ndcg(report.of(best)) ? ColdMethod::prior : best;
}

}  // namespace

ColdItemsReport evaluate_cold_items(ServedModel& served, const ColdItemsOptions& options)
{
    const Features features = read_features(served.dataset(), Side::items, options.features);
    const Choice choice = choose(served, options);
    const DatasetUsers users(served.ranks(), served.dataset());
    const HiddenPart parts = hide(users.seen, choice.place_of);
    const Interactions history = positive_items(parts.left);
    const RefoldedUsers refolded = refold(served, users.rows, parts.left, choice.place_of);
    Interactions nothing;
    nothing.offsets.resize(users.seen.offsets.size());
    const RankingTask task{.rows = users.rows,
                           .users = served.info().users,
                           .items = std::ssize(choice.hidden),
                           .excluded = nothing,
                           .holdout = parts.hidden,
                           .ks = options.ks,
                           .relevance = options.relevance,
                           .keys = users.keys};
    const Trial trial{choice, features, task, Objective::of(served.info()), refolded, item_prior(served, parts.left)};
    ColdItemsReport report{.items = std::ssize(served.items().items()), .hidden = task.items};
    report.undescribed = std::ranges::count_if(choice.hidden, [&](Row item) { return !features.known(item); });
    using enum ColdMethod;
    const auto add = [&](ColdMethod method, RankingReport ranking) {
        report.rankings.push_back({name(method), std::move(ranking)});
    };
    add(content, rank_by_content(served, trial, history, nullptr));
    for (const ColdMethod method : {knn, ridge}) add(method, rank_mapped(served, trial, method));
    std::optional<RankingReport> by_prior;
    if (trial.prior) by_prior = rank_mapped(served, trial, prior);
    report.map = best_map(report, by_prior);
    add(blend, rank_by_content(served, trial, history, &report.map));
    if (by_prior) add(prior, std::move(*by_prior));
    rank_without_features(served.ranks(), trial, options.seed, report);
    if (report.of(content).users == 0)
        throw Error(ExitCode::bad_data, "{}: no user has a relevant interaction with a hidden item",
                    served.dataset().file().path().string());
    constexpr std::array methods{content, knn, ridge, blend, prior};
    report.best = best_of(report, std::span(methods).first(trial.prior ? 5 : 4));
    return report;
}

}  // namespace alster
