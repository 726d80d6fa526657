#include <algorithm>

#include "host/sharding/loads.hpp"
#include "host/sharding/partition_by_cost.hpp"
#include "kernels/backend_sizes.hpp"

namespace alster {

namespace {

/// Rows of the other side that some rows name.
struct Named {
    Row all = 0;
    Row own = 0;  // among those that the rank owns itself
};

Named count_named(const DatasetReader& dataset, Side solved, const Share& share, int rank, const RowPartition& fixed)
{
    std::vector<bool> named(static_cast<std::size_t>(fixed.rows()));
    each_slice(dataset, solved, share, rank, [&](const Interactions& slice) {
        for (const Column column : slice.columns) named[static_cast<std::size_t>(column)] = true;
    });
    const RowRange own = fixed.of(rank);
    return {std::count(named.begin(), named.end(), true),
            std::count(named.begin() + own.first, named.begin() + own.last, true)};
}

/// One side as the fixed one: what its exchange brings to each rank.
struct FixedSide {
    std::vector<Named> needs;  // (ranks)
    ExchangeVolumes volumes;
};

FixedSide fix(const DatasetReader& dataset, Side fixed, const RowPartition& rows, const Share& solved)
{
    FixedSide side;
    for (int rank = 0; rank < rows.ranks() && rows.ranks() > 1; ++rank) {
        side.needs.push_back(count_named(dataset, other(fixed), solved, rank, rows));
        side.volumes.all_gather += rows.rows() - rows.of(rank).size();
        side.volumes.need_only += side.needs.back().all - side.needs.back().own;
    }
    return side;
}

}  // namespace

RowSizes row_sizes(const DatasetReader& dataset, const RowCost& cost)
{
    RowSizes rows(cost);
    for (const Side side : {Side::users, Side::items})
        each_slice_of_offsets(dataset, side, {0, dataset.rows(side)}, [&](Row, std::span<const Offset> offsets) {
            for (std::size_t r = 1; r < offsets.size(); ++r) rows.add(offsets[r] - offsets[r - 1], 1);
        });
    return rows;
}

Distribution distribute(const DatasetReader& dataset, const RowCost& cost, const ExchangeOptions& exchange, int ranks)
{
    const SideCosts user_costs = side_costs(dataset, Side::users, cost, entries_per_part);
    const SideCosts item_costs = side_costs(dataset, Side::items, cost, entries_per_part);
    const Share users = make_share(user_costs, ranks, cost, entries_per_part);
    const Share items = make_share(item_costs, ranks, cost, entries_per_part);
    const FixedSide fixed_users = fix(dataset, Side::users, users.rows, items);
    const FixedSide fixed_items = fix(dataset, Side::items, items.rows, users);

    Distribution result{.users = fixed_users.volumes, .items = fixed_items.volumes};
    for (int rank = 0; rank < ranks; ++rank) {
        RankLoad load = own_load(dataset, users, items, rank);
        Row received = 0;
        const auto add_table = [&](const FixedSide& side, const RowPartition& rows, Row& table, bool& lists) {
            lists = takes_need_only(exchange.kind, side.volumes);
            const Named& needs = side.needs[static_cast<std::size_t>(rank)];
            table = lists ? needs.all : rows.rows();
            received += table - (lists ? needs.own : rows.of(rank).size());
        };
        if (ranks > 1) {
            add_table(fixed_users, users.rows, load.user_table, load.user_lists);
            add_table(fixed_items, items.rows, load.item_table, load.item_lists);
        } else if (exchange.wire != Wire::fp32) {  // a rounded copy of its own
            load.user_table = users.rows.rows();
            load.item_table = items.rows.rows();
        }
        result.ranks.push_back(load);
        result.cost.push_back(cost_on(users, user_costs, cost, rank) + cost_on(items, item_costs, cost, rank));
        result.received.push_back(received);
    }
    return result;
}

}  // namespace alster
