#include "host/evaluate/evaluation.hpp"

#include <algorithm>

#include "data/error.hpp"
#include "data/exclusion.hpp"
#include "data/model_file.hpp"
#include "distributed/parallel_file_access.hpp"
#include "distributed/row_partition.hpp"
#include "host/model_and_data.hpp"
#include "host/scoring.hpp"
#include "host/threads.hpp"
#include "kernels/backend.hpp"

namespace alster {

namespace {

/// What this rank holds of the two files.
struct Share {
    RowRange rows;
    std::vector<float> user_factors;
    std::vector<float> item_factors;
    Interactions seen;
    std::vector<std::int32_t> item_counts;
    FactorTable users;
    FactorTable items;

    Share(const Communicator& ranks, const ModelReader& model, const DatasetReader& dataset)
        : rows(RowPartition::even(model.info().users, rows_per_chunk, ranks.size()).of(ranks.rank())),
          user_factors(model.factors(Side::users, rows)),
          item_factors(model.factors(Side::items, {0, model.info().items})),
          seen(dataset.interactions(Part::train, Side::users, rows)),
          item_counts(positive_counts(ranks, dataset)),
          users{user_factors, rows.size(), model.info().width},
          items{item_factors, model.info().items, model.info().width}
    {
    }
};

std::vector<Row> list_lengths(const EvaluateOptions& options)
{
    std::vector<Row> ks = options.ks;
    if (ks.empty()) ks = options.candidates.empty() ? std::vector<Row>{10, 20, 100} : std::vector<Row>{10};
    std::sort(ks.begin(), ks.end());
    ks.erase(std::unique(ks.begin(), ks.end()), ks.end());
    return ks;
}

void rank_everything(const Communicator& ranks, const EvaluateOptions& options, const DatasetReader& dataset,
                     const Share& share, const Interactions& holdout, Evaluation& result)
{
    const Interactions excluded = excluded_items(share.seen);
    const RankingTask task{.rows = share.rows,
                           .users = dataset.info().users,
                           .items = dataset.info().items,
                           .seen = excluded,
                           .holdout = holdout,
                           .relevant_from = options.relevant_from,
                           .ks = list_lengths(options)};
    const Popularity popularity(share.item_counts);
    const Scorers scorers = choose_scorers(ranks, options.backend);
    result.scored_by = scorers.chosen;
    result.ranking = {evaluate_ranking(ranks, task, model_ranker(share.users, scorers.make(share.items))),
                      evaluate_ranking(ranks, task, popularity_ranker(popularity))};
    if (result.ranking->model.users == 0)
        throw Error(ExitCode::bad_data, "{}: no user has a relevant held-out item that is not also a training item",
                    options.data.string());
}

void rank_candidates(const Communicator& ranks, const EvaluateOptions& options, const ModelReader& model,
                     const Share& share, Evaluation& result)
{
    const auto file = read_candidates(options.candidates, model.ids(Side::users, {0, model.info().users}),
                                      model.ids(Side::items, {0, model.info().items}));
    result.unknown_users = file.unknown_users;
    result.unknown_items = file.unknown_items;
    const auto predict = model_predictor(share.users, share.items, 0);
    const auto measure = [&](const PairScore& score) {
        return evaluate_candidates(ranks, file.lists, share.rows, model.info().users, list_lengths(options), score);
    };
    result.candidates = {
        measure([&](Row u, Row i) { return u < 0 ? 0.0 : predict(u, i); }),
        measure([&](Row, Row i) { return static_cast<double>(share.item_counts[i]); }),
    };
}

Evaluation::Ratings predict_ratings(const Communicator& ranks, const ModelReader& model, const DatasetReader& dataset,
                                    const Share& share, const Interactions& holdout)
{
    const ModelInfo& info = model.info();
    const auto errors = [&](const Predictor& predict) {
        return rating_errors(ranks, holdout, info.users, {info.value_min, info.value_max}, predict);
    };
    return {.model = errors(model_predictor(share.users, share.items, info.mean)),
            .mean = errors([&](Row, Row) { return info.mean; }),
            .bias = errors(bias_predictor(ranks, dataset, share.seen))};
}

}  // namespace

Evaluation evaluate(const Communicator& ranks, const EvaluateOptions& options)
{
    const ParallelFileAccess access(ranks);
    const ModelReader model(options.model, access);
    const DatasetReader dataset(options.data, access);
    set_threads(ranks, options.threads);
    Evaluation result;
    if (auto warning = require_match(ranks, model, dataset); !warning.empty()) result.warnings.push_back(warning);
    if (dataset.info().held_out == 0 && options.candidates.empty())
        throw Error(ExitCode::bad_data,
                    "{}: nothing is held out to measure on; prepare it with --split or --test, or give --candidates",
                    options.data.string());

    const Share share(ranks, model, dataset);
    if (!options.candidates.empty()) rank_candidates(ranks, options, model, share, result);
    if (dataset.info().held_out == 0) return result;
    const Interactions holdout = dataset.interactions(Part::holdout, Side::users, share.rows);
    if (options.candidates.empty()) rank_everything(ranks, options, dataset, share, holdout, result);
    if (model.info().objective == "explicit") result.ratings = predict_ratings(ranks, model, dataset, share, holdout);
    return result;
}

}  // namespace alster
