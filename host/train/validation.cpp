#include "host/train/validation.hpp"

#include "data/exclusion.hpp"
#include "host/evaluate/learned_ranker.hpp"
#include "host/evaluate/rating.hpp"
#include "host/model/learned.hpp"

namespace alster {

namespace {

/// All items' factors, as served: (rows, served_width).
std::vector<float> all_items(const Communicator& ranks, const Objective& objective, const TrainedRows& items, Row rows)
{
    const ServedFactors mine(Side::items, objective, items.factors);
    const Row width = objective.served_width();
    std::vector<float> all(static_cast<std::size_t>(rows * width));
    ranks.all_gather_rows(mine.values(), all, ranks.all_gather(items.rows.size()), width);
    return all;
}

}  // namespace

Validation::Validation(const Communicator& ranks, const DatasetReader& dataset, const Objective& objective,
                       RowRange users, MakeScorer make_scorer)
    : ranks_(ranks), dataset_(dataset), objective_(objective), make_scorer_(std::move(make_scorer))
{
    if (!available()) return;
    holdout_ = dataset.interactions(Part::holdout, Side::users, users);
    const DatasetInfo& info = dataset.info();
    if (objective.is_explicit()) {
        const Interactions seen = dataset.interactions(Part::train, Side::users, users);
        const auto rmse = [&](const Predictor& predict) {
            return rating_errors(ranks, holdout_, info.users, {info.value_min, info.value_max}, predict).rmse;
        };
        baseline_ = better_baseline(rmse(bias_predictor(ranks, dataset, seen)),
                                    rmse([&](Row, Row) { return info.value_mean; }));
        return;
    }
    excluded_ = excluded_items(dataset, users, {});
    keys_ = user_keys(dataset.ids(Side::users, users));
    popularity_.emplace(positive_counts(ranks, dataset));
    baseline_ = {"popularity", ranked(users, {}, popularity_ranker(*popularity_)).value};
    if (!info.times) return;
    const Popularity recent(positive_counts(ranks, dataset, last_days(recent_days, info.watermark)));
    const double value = ranked(users, {}, popularity_ranker(recent)).value;
    if (value > baseline_.value) baseline_ = {"recent popularity", value};
}

Measurement Validation::ranked(RowRange users, std::span<const std::uint8_t> learned, const Ranker& ranker) const
{
    const RankingTask task{.rows = users,
                           .users = dataset_.info().users,
                           .items = dataset_.info().items,
                           .excluded = excluded_,
                           .holdout = holdout_,
                           .ks = {10},
                           .learned = learned,
                           .keys = keys_};
    return evaluate_ranking(ranks_, task, ranker).measurement("ndcg", 10);
}

Measurement Validation::measure(const TrainedRows& users, const TrainedRows& items) const
{
    const DatasetInfo& info = dataset_.info();
    const Row width = objective_.served_width();
    std::vector<float> Y = all_items(ranks_, objective_, items, info.items);
    const ServedFactors X(Side::users, objective_, users.factors);
    const FactorTable queries{X.values(), users.rows.size(), width};
    if (objective_.is_explicit()) {
        const RatingErrors errors = rating_errors(ranks_, holdout_, info.users, {info.value_min, info.value_max},
                                                  model_predictor(queries, {Y, info.items, width}, info.value_mean));
        return {errors.rmse, errors.rmse_low, errors.rmse_high, errors.ratings};
    }
    const auto learned = learned_rows(Side::users, queries, false);
    const LearnedItems candidates(std::move(Y), width, false);
    const Ranker model = learned_ranker(queries, candidates, make_scorer_(candidates.table()));
    return ranked(users.rows, learned, served_ranker(model, *popularity_, learned));
}

}  // namespace alster
