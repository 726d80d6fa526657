#include <algorithm>

#include "host/plan/loads.hpp"
#include "host/train/shards.hpp"
#include "kernels/backend_sizes.hpp"
#include "kernels/row_cost.hpp"

namespace alster {

namespace {

constexpr Row slice_rows = Row{1} << 20;

/// Rows of the other side that some rows name.
struct Named {
    Row all = 0;
    Row own = 0;  // among those that the rank owns itself
};

Named count_named(const DatasetReader& dataset, Side solved, RowRange rows, Row fixed_rows, RowRange own)
{
    std::vector<bool> named(static_cast<std::size_t>(fixed_rows));
    for (Row first = rows.first; first < rows.last; first += slice_rows) {
        const auto slice = dataset.interactions(Part::train, solved, {first, std::min(rows.last, first + slice_rows)});
        for (const Column column : slice.columns) named[static_cast<std::size_t>(column)] = true;
    }
    return {std::count(named.begin(), named.end(), true),
            std::count(named.begin() + own.first, named.begin() + own.last, true)};
}

/// One side as the fixed one: what its exchange brings to each rank.
struct FixedSide {
    std::vector<Named> needs;  // (ranks)
    ExchangeVolumes volumes;
};

FixedSide fix(const DatasetReader& dataset, Side fixed, const RowPartition& fixed_rows, const RowPartition& solved_rows)
{
    FixedSide side;
    for (int rank = 0; rank < fixed_rows.ranks() && fixed_rows.ranks() > 1; ++rank) {
        const RowRange own = fixed_rows.of(rank);
        side.needs.push_back(count_named(dataset, other(fixed), solved_rows.of(rank), fixed_rows.rows(), own));
        side.volumes.all_gather += fixed_rows.rows() - own.size();
        side.volumes.need_only += side.needs.back().all - side.needs.back().own;
    }
    return side;
}

Offset entries(const DatasetReader& dataset, Part part, Side side, RowRange rows)
{
    if (rows.empty()) return 0;
    return dataset.offsets(part, side, {rows.last, rows.last}).front() -
           dataset.offsets(part, side, {rows.first, rows.first}).front();
}

}  // namespace

RankLoad own_load(const DatasetReader& dataset, RowRange users, RowRange items)
{
    RankLoad load{.users = users.size(),
                  .items = items.size(),
                  .by_user = entries(dataset, Part::train, Side::users, users),
                  .by_item = entries(dataset, Part::train, Side::items, items)};
    if (dataset.info().held_out > 0) load.held_out = entries(dataset, Part::holdout, Side::users, users);
    return load;
}

Distribution distribute(const DatasetReader& dataset, const TrainOptions& options, int ranks)
{
    const Row width = options.width();
    const auto user_costs = chunk_costs(dataset, Side::users, width);
    const auto item_costs = chunk_costs(dataset, Side::items, width);
    const RowPartition users(dataset.rows(Side::users), rows_per_chunk, user_costs, ranks);
    const RowPartition items(dataset.rows(Side::items), rows_per_chunk, item_costs, ranks);
    const FixedSide fixed_users = fix(dataset, Side::users, users, items);
    const FixedSide fixed_items = fix(dataset, Side::items, items, users);

    Distribution result{.users = fixed_users.volumes, .items = fixed_items.volumes};
    for (int rank = 0; rank < ranks; ++rank) {
        RankLoad load = own_load(dataset, users.of(rank), items.of(rank));
        Row received = 0;
        const auto add_table = [&](const FixedSide& side, const RowPartition& rows, Row& table, bool& lists) {
            lists = takes_need_only(options.exchange.kind, side.volumes);
            const Named& needs = side.needs[static_cast<std::size_t>(rank)];
            table = lists ? needs.all : rows.rows();
            received += table - (lists ? needs.own : rows.of(rank).size());
        };
        if (ranks > 1) {
            add_table(fixed_users, users, load.user_table, load.user_lists);
            add_table(fixed_items, items, load.item_table, load.item_lists);
        } else if (options.exchange.wire != Wire::fp32) {  // a rounded copy of its own
            load.user_table = users.rows();
            load.item_table = items.rows();
        }
        const auto cost_of = [&](const RowPartition& rows, const std::vector<double>& costs) {
            const RowRange own = rows.of(rank);
            double cost = 0;
            for (Row chunk = own.first / rows_per_chunk; chunk * rows_per_chunk < own.last; ++chunk)
                cost += costs[static_cast<std::size_t>(chunk)];
            return cost;
        };
        result.ranks.push_back(load);
        result.cost.push_back(cost_of(users, user_costs) + cost_of(items, item_costs));
        result.received.push_back(received);
    }
    return result;
}

}  // namespace alster
