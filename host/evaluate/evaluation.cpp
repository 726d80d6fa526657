#include "host/evaluate/evaluation.hpp"

#include <algorithm>
#include <limits>

#include "data/error.hpp"
#include "data/exclusion.hpp"
#include "data/ingest/split_plan.hpp"
#include "host/evaluate/learned_ranker.hpp"
#include "host/evaluate/measured_users.hpp"
#include "host/personalize/recent_term.hpp"

namespace alster {

namespace {

/// All items, for predictions of given pairs. What was not learned has factors of 0, or of explicit feedback [0, 1, 0].
struct AllItems {
    std::vector<float> factors;
    FactorTable table;

    explicit AllItems(ServedModel& served)
        : factors(static_cast<std::size_t>(served.info().items * served.info().width)),
          table{factors, served.info().items, served.info().width}
    {
        const Row width = table.width;
        for (const std::int32_t item : served.items().items())
            std::copy_n(served.items().factors(item), width, factors.begin() + item * width);
        if (!served.is_explicit()) return;
        for (Row item = 0; item < table.rows; ++item) factors[(item + 1) * width - 2] = 1;
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

std::optional<RankingReport> rank_by_recent_popularity(const Communicator& ranks, const DatasetReader& dataset,
                                                       const RankingTask& task)
{
    if (!dataset.info().times) return std::nullopt;
    const Popularity recent(positive_counts(ranks, dataset, last_days(recent_days, dataset.info().watermark)));
    return evaluate_ranking(ranks, task, popularity_ranker(recent));
}

void rank_everything(ServedModel& served, const EvaluateOptions& options, const MeasuredUsers& users,
                     Evaluation& result)
{
    const Communicator& ranks = served.ranks();
    const Interactions excluded = excluded_items(users.seen);
    RankingTask task = ranking_task(served.dataset(), users, excluded, list_lengths(options), options.relevance);
    const Popularity& popularity = served.popularity();
    task.learned = users.learned;
    task.counts = popularity.counts();
    result.scored_by = served.scorers().chosen;
    const EvaluatedNeighbours neighbours(served, options.blend, users.seen);
    const auto recent = recent_term(served, options.blend);
    const Scorer scorer = recent ? recent->scorer() : served.item_scorer();
    const Ranker model = learned_ranker(users.table, served.items(), scorer, neighbours.addends());
    const Popularity& fallback = recent ? recent->popularity() : popularity;
    result.ranking = {evaluate_ranking(ranks, task, served_ranker(model, fallback, users.learned)),
                      evaluate_ranking(ranks, task, popularity_ranker(popularity))};
    result.recent = rank_by_recent_popularity(ranks, served.dataset(), task);
    if (result.ranking->model.users == 0)
        throw Error(ExitCode::bad_data, "{}: no user has a relevant held-out item that lists do not exclude",
                    options.served.data.string());
    result.neighbours = neighbours.measure(ranks, task, popularity);
    result.blend = options.blend;
    if (options.blend.mu > 0 || recent) result.model_alone = evaluate_ranking(ranks, task, as_served(served, users));
    const Row k = compared_length(task.ks);
    const auto compare = [&](const char* name, const RankingReport& baseline) {
        result.comparisons.push_back({fmt::format("ndcg@{}", k),
                                      result.ranking->model.measurement("ndcg", k).value,
                                      {name, baseline.measurement("ndcg", k).value}});
    };
    compare("popularity", result.ranking->popularity);
    if (result.recent) compare("recent popularity", *result.recent);
    if (result.neighbours) compare("item-item", result.neighbours->item_item);
}

void rank_candidates(ServedModel& served, const EvaluateOptions& options, const MeasuredUsers& users,
                     Evaluation& result)
{
    const ModelReader& model = served.model();
    const auto file = read_candidates(options.candidates, model.ids(Side::users, {0, model.info().users}),
                                      model.ids(Side::items, {0, model.info().items}));
    result.unknown_users = file.unknown_users;
    result.unknown_items = file.unknown_items;
    const CandidateTask task{.lists = file.lists,
                             .rows = users.rows,
                             .users = model.info().users,
                             .ks = list_lengths(options),
                             .learned = users.learned};
    const AllItems items(served);
    const auto counts = served.popularity().counts();
    const auto predict = model_predictor(users.table, items.table, 0);
    const EvaluatedNeighbours neighbours(served, options.blend, users.seen);
    const auto recent = recent_term(served, options.blend);
    const PairScore popularity = [&](Row, Row i) { return i < 0 ? 0.0 : static_cast<double>(counts[i]); };
    const PairScore unlearned = [&](Row u, Row i) { return recent && i >= 0 ? recent->popular(i) : popularity(u, i); };
    const PairScore score = [&](Row u, Row i) {
        if (u < 0 || users.learned[u] == 0) return unlearned(u, i);
        if (i < 0 || served.items().row(static_cast<std::int32_t>(i)) < 0)
            return -std::numeric_limits<double>::infinity();
        const double lately = recent ? recent->addend(users.table.row(u), i) : 0;
        return predict(u, i) + neighbours.addend(users.table, u, i) + lately;
    };
    result.candidates = {evaluate_candidates(served.ranks(), task, score),
                         evaluate_candidates(served.ranks(), task, popularity)};
    const auto n = static_cast<std::size_t>(std::ranges::find(task.ks, compared_length(task.ks)) - task.ks.begin());
    result.comparisons.push_back({fmt::format("ndcg@{}", task.ks[n]),
                                  result.candidates->model.all.ndcg[n],
                                  {"popularity", result.candidates->popularity.all.ndcg[n]}});
}

Evaluation::Ratings predict_ratings(ServedModel& served, const MeasuredUsers& users)
{
    const ModelInfo& info = served.info();
    const AllItems items(served);
    const auto errors = [&](const Predictor& predict) {
        return rating_errors(served.ranks(), users.holdout, info.users, {info.value_min, info.value_max}, predict);
    };
    return {.model = errors(model_predictor(users.table, items.table, info.mean)),
            .mean = errors([&](Row, Row) { return info.mean; }),
            .bias = errors(bias_predictor(served.ranks(), served.dataset(), users.seen))};
}

/// Of the baselines of each metric the one that is hardest to beat; of equal ones the first.
std::vector<Comparison> with_best_baselines(const std::vector<Comparison>& comparisons)
{
    std::vector<Comparison> best;
    for (const auto& comparison : comparisons) {
        const auto found = std::ranges::find(best, comparison.metric, &Comparison::metric);
        if (found == best.end())
            best.push_back(comparison);
        else if (comparison.harder_than(*found))
            *found = comparison;
    }
    return best;
}

void add_notes(const DatasetReader& dataset, Evaluation& result)
{
    const std::string leak = leak_of_split(dataset.info().split);
    if (!leak.empty() && dataset.info().held_out > 0) result.notes.push_back(leak);
    for (const auto& comparison : with_best_baselines(result.comparisons))
        if (!comparison.model_wins()) result.notes.push_back(comparison.warning());
}

}  // namespace

Evaluation evaluate(const Communicator& ranks, const EvaluateOptions& options)
{
    ServedModel served(ranks, options.served);
    const DatasetReader& dataset = served.dataset();
    Evaluation result;
    for (const auto& line : {served.warning(), served.note()})
        if (!line.empty()) result.warnings.push_back(line);
    if (dataset.info().held_out == 0 && options.candidates.empty())
        throw Error(ExitCode::bad_data,
                    "{}: nothing is held out to measure on; prepare it with --split or --test, or give --candidates",
                    options.served.data.string());
    require_one_unit(options.relevance, dataset);

    const MeasuredUsers users(served);
    if (dataset.info().held_out > 0 && served.is_explicit()) {
        result.ratings = predict_ratings(served, users);
        result.comparisons.push_back({"rmse", result.ratings->model.rmse,
                                      better_baseline(result.ratings->bias.rmse, result.ratings->mean.rmse)});
    }
    if (!options.candidates.empty())
        rank_candidates(served, options, users, result);
    else
        rank_everything(served, options, users, result);
    add_notes(dataset, result);
    return result;
}

}  // namespace alster
