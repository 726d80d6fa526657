#include "host/evaluate/evaluation.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/exclusion.hpp"
#include "data/ingest/split_plan.hpp"
#include "data/model_file.hpp"
#include "distributed/parallel_file_access.hpp"
#include "distributed/row_partition.hpp"
#include "host/evaluate/learned_ranker.hpp"
#include "host/machine/threads.hpp"
#include "host/model/learned.hpp"
#include "host/model/model_and_data.hpp"
#include "host/model/scoring.hpp"
#include "kernels/backend.hpp"

namespace alster {

namespace {

/// What this rank holds of the two files.
struct Share {
    RowRange rows;
    std::vector<float> user_factors;
    std::vector<float> item_factors;
    std::vector<std::uint8_t> learned;        // (rows) of whom something was
    std::vector<std::uint8_t> learned_items;  // (items)
    std::vector<std::uint64_t> keys;          // (rows)
    Interactions seen;
    std::vector<std::int32_t> item_counts;
    FactorTable users;
    FactorTable items;

    Share(const Communicator& ranks, const ModelReader& model, const DatasetReader& dataset)
        : rows(RowPartition::even(model.info().users, rows_per_chunk, ranks.size()).of(ranks.rank())),
          user_factors(model.factors(Side::users, rows)),
          item_factors(model.factors(Side::items, {0, model.info().items})),
          keys(user_keys(dataset.ids(Side::users, rows))),
          seen(dataset.interactions(Part::train, Side::users, rows)),
          item_counts(positive_counts(ranks, dataset)),
          users{user_factors, rows.size(), model.info().width},
          items{item_factors, model.info().items, model.info().width}
    {
        const bool is_explicit = model.info().objective == "explicit";
        learned = learned_rows(Side::users, users, is_explicit);
        learned_items = learned_rows(Side::items, items, is_explicit);
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

/// The k of NDCG by which the model is compared with the baseline.
Row compared_length(const std::vector<Row>& ks) { return std::ranges::count(ks, Row{10}) > 0 ? 10 : ks.front(); }

void rank_everything(const Communicator& ranks, const EvaluateOptions& options, const DatasetReader& dataset,
                     const Share& share, const Interactions& holdout, Evaluation& result)
{
    const Interactions excluded = excluded_items(share.seen);
    const RankingTask task{.rows = share.rows,
                           .users = dataset.info().users,
                           .items = dataset.info().items,
                           .excluded = excluded,
                           .holdout = holdout,
                           .ks = list_lengths(options),
                           .relevance = options.relevance,
                           .learned = share.learned,
                           .keys = share.keys};
    const Popularity popularity(share.item_counts);
    const Scorers scorers = choose_scorers(ranks, options.backend);
    result.scored_by = scorers.chosen;
    const Ranker model = learned_ranker(share.users, share.items, share.learned_items, scorers.make);
    result.ranking = {evaluate_ranking(ranks, task, served_ranker(model, popularity, share.learned)),
                      evaluate_ranking(ranks, task, popularity_ranker(popularity))};
    if (result.ranking->model.users == 0)
        throw Error(ExitCode::bad_data, "{}: no user has a relevant held-out item that lists do not exclude",
                    options.data.string());
    const Row k = compared_length(task.ks);
    result.comparisons.push_back({fmt::format("ndcg@{}", k),
                                  result.ranking->model.measurement("ndcg", k).value,
                                  {"popularity", result.ranking->popularity.measurement("ndcg", k).value}});
}

void rank_candidates(const Communicator& ranks, const EvaluateOptions& options, const ModelReader& model,
                     const Share& share, Evaluation& result)
{
    const auto file = read_candidates(options.candidates, model.ids(Side::users, {0, model.info().users}),
                                      model.ids(Side::items, {0, model.info().items}));
    result.unknown_users = file.unknown_users;
    result.unknown_items = file.unknown_items;
    const CandidateTask task{.lists = file.lists,
                             .rows = share.rows,
                             .users = model.info().users,
                             .ks = list_lengths(options),
                             .learned = share.learned};
    const auto predict = model_predictor(share.users, share.items, 0);
    const PairScore popularity = [&](Row, Row i) { return i < 0 ? 0.0 : static_cast<double>(share.item_counts[i]); };
    const PairScore served = [&](Row u, Row i) {
        if (u < 0 || share.learned[u] == 0) return popularity(u, i);
        const bool known = i >= 0 && share.learned_items[i] != 0;
        return known ? predict(u, i) : -std::numeric_limits<double>::infinity();
    };
    result.candidates = {evaluate_candidates(ranks, task, served), evaluate_candidates(ranks, task, popularity)};
    const auto n = static_cast<std::size_t>(std::ranges::find(task.ks, compared_length(task.ks)) - task.ks.begin());
    result.comparisons.push_back({fmt::format("ndcg@{}", task.ks[n]),
                                  result.candidates->model.all.ndcg[n],
                                  {"popularity", result.candidates->popularity.all.ndcg[n]}});
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

/// A bound on values means something where they have one unit; event rules are for logs where they do not.
void require_one_unit(const EvaluateOptions& options, const DatasetReader& dataset)
{
    if (options.relevance.value_from <= Relevance().value_from) return;
    const auto provenance = nlohmann::json::parse(dataset.info().provenance, nullptr, false);
    if (provenance.is_object() && provenance.contains("rules"))
        throw Error(ExitCode::usage,
                    "--relevant-from {}: {} was prepared with event rules, its values are of several units; use "
                    "--relevant-preference",
                    options.relevance.value_from, options.data.string());
}

void add_notes(const DatasetReader& dataset, Evaluation& result)
{
    const std::string leak = leak_of_split(dataset.info().split);
    if (!leak.empty() && dataset.info().held_out > 0) result.notes.push_back(leak);
    for (const auto& comparison : result.comparisons)
        if (!comparison.model_wins()) result.notes.push_back(comparison.warning());
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
    if (auto note = partial_note(model); !note.empty()) result.warnings.push_back(note);
    if (dataset.info().held_out == 0 && options.candidates.empty())
        throw Error(ExitCode::bad_data,
                    "{}: nothing is held out to measure on; prepare it with --split or --test, or give --candidates",
                    options.data.string());
    require_one_unit(options, dataset);

    const Share share(ranks, model, dataset);
    const Interactions holdout =
        dataset.info().held_out > 0 ? dataset.interactions(Part::holdout, Side::users, share.rows) : Interactions();
    if (dataset.info().held_out > 0 && model.info().objective == "explicit") {
        result.ratings = predict_ratings(ranks, model, dataset, share, holdout);
        result.comparisons.push_back({"rmse", result.ratings->model.rmse,
                                      better_baseline(result.ratings->bias.rmse, result.ratings->mean.rmse)});
    }
    if (!options.candidates.empty())
        rank_candidates(ranks, options, model, share, result);
    else
        rank_everything(ranks, options, dataset, share, holdout, result);
    add_notes(dataset, result);
    return result;
}

}  // namespace alster
