#include "host/evaluate/measured_users.hpp"

#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "distributed/row_partition.hpp"
#include "host/evaluate/learned_ranker.hpp"
#include "host/model/learned.hpp"
#include "kernels/backend.hpp"

namespace alster {

DatasetUsers::DatasetUsers(const Communicator& ranks, const DatasetReader& dataset)
    : rows(RowPartition::even(dataset.info().users, rows_per_chunk, ranks.size()).of(ranks.rank())),
      keys(user_keys(dataset.ids(Side::users, rows))),
      seen(dataset.interactions(Part::train, Side::users, rows))
{
    if (dataset.info().held_out > 0) holdout = dataset.interactions(Part::holdout, Side::users, rows);
}

MeasuredUsers::MeasuredUsers(const ServedModel& served)
    : DatasetUsers(served.ranks(), served.dataset()),
      factors(served.model().factors(Side::users, rows)),
      table{factors, rows.size(), served.info().width},
      learned(learned_rows(Side::users, table, served.is_explicit()))
{
}

RankingTask ranking_task(const DatasetReader& dataset, const DatasetUsers& users, const Interactions& excluded,
                         std::vector<Row> ks, const Relevance& relevance)
{
    return {.rows = users.rows,
            .users = dataset.info().users,
            .items = dataset.info().items,
            .excluded = excluded,
            .holdout = users.holdout,
            .ks = std::move(ks),
            .relevance = relevance,
            .keys = users.keys};
}

Ranker as_served(ServedModel& served, const MeasuredUsers& users)
{
    return served_ranker(learned_ranker(users.table, served.items(), served.item_scorer()), served.popularity(),
                         users.learned);
}

void require_one_unit(const Relevance& relevance, const DatasetReader& dataset)
{
    if (relevance.value_from <= Relevance().value_from) return;
    const auto provenance = nlohmann::json::parse(dataset.info().provenance, nullptr, false);
    if (provenance.is_object() && provenance.contains("rules"))
        throw Error(ExitCode::usage,
                    "--relevant-from {}: {} was prepared with event rules, its values are of several units; use "
                    "--relevant-preference",
                    relevance.value_from, dataset.file().path().string());
}

}  // namespace alster
