#include "host/train/validation.hpp"

#include "data/exclusion.hpp"
#include "host/evaluate/ranking.hpp"
#include "host/evaluate/rating.hpp"

namespace alster {

namespace {

/// All items' factors, as served.
HostMatrix all_items(const Communicator& ranks, const TrainOptions& options, const TrainedRows& items, Row rows)
{
    const ServedFactors mine(Side::items, options, items.factors);
    HostMatrix all(rows, served_width(options));
    ranks.all_gather_rows(mine.values(), all.values, ranks.all_gather(items.rows.size()), all.width);
    return all;
}

}  // namespace

Validation::Validation(const Communicator& ranks, const DatasetReader& dataset, const TrainOptions& options,
                       RowRange users, MakeScorer make_scorer)
    : ranks_(ranks), dataset_(dataset), options_(options), make_scorer_(std::move(make_scorer))
{
    if (!available()) return;
    seen_ = excluded_items(dataset, users, {});
    holdout_ = dataset.interactions(Part::holdout, Side::users, users);
}

Measurement Validation::measure(const TrainedRows& users, const TrainedRows& items) const
{
    const DatasetInfo& info = dataset_.info();
    const HostMatrix Y = all_items(ranks_, options_, items, info.items);
    const ServedFactors X(Side::users, options_, users.factors);
    const FactorTable queries{X.values(), users.rows.size(), Y.width};
    if (options_.is_explicit()) {
        const RatingErrors errors = rating_errors(ranks_, holdout_, info.users, {info.value_min, info.value_max},
                                                  model_predictor(queries, Y.table(), info.value_mean));
        return {errors.rmse, errors.rmse_low, errors.rmse_high, errors.ratings};
    }
    const RankingTask task{
        .rows = users.rows, .users = info.users, .items = info.items, .seen = seen_, .holdout = holdout_, .ks = {10}};
    return evaluate_ranking(ranks_, task, model_ranker(queries, make_scorer_(Y.table()))).measurement("ndcg", 10);
}

}  // namespace alster
