#pragma once
#include <functional>
#include <limits>
#include <numeric>

#include "data/dataset_file.hpp"
#include "host/model/objective.hpp"
#include "host/sharding/batches.hpp"
#include "host/sharding/factor_placement.hpp"
#include "host/sharding/loads.hpp"
#include "host/sharding/node_memory.hpp"
#include "host/sharding/partition_by_cost.hpp"
#include "host/solve/initializer.hpp"
#include "host/solve/model_rows.hpp"
#include "host/solve/solve_options.hpp"
#include "host/solve/solver.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// Users and items, sharded over the ranks and ready for the first half-step, which solves the users.
template <Backend B>
struct Sides {
    FactorSide<B> users;
    FactorSide<B> items;
};

/// Fills this rank's item factors with the start, and sets Σ λ_i‖y_i‖² of it. Where no earlier model has the item they
/// are drawn, with a bias of 0.
template <Backend B>
void set_start(const Communicator& ranks, const B& backend, const Objective& objective, const SolveOptions& options,
               Row users, const OwnInteractions& by_item, FactorSide<B>& items)
{
    const RowObjective of_row = objective.of_row(users);
    const Row width = objective.width();
    const RowRange own = items.partition.of(ranks.rank());
    std::vector<Offset> entries;
    for (Row r = 0; r < own.size(); ++r) entries.push_back(by_item.rows.entries(r));
    for (const SplitRow& row : items.split.among(own)) entries[row.row - own.first] = row.entries;
    std::vector<double> penalties(entries.size());
    backend.write_on_host(items.factors, [&](std::span<float> values) {
        initialize_rows(values, by_item.start_keys, options.initial_sigma(objective.factors), options.seed);
        for (std::size_t r = 0; r < entries.size(); ++r) {
            const auto row = values.subspan(r * width, width);
            if (objective.is_explicit()) row.back() = 0;
            if (!by_item.start.empty() && !std::isnan(by_item.start[r * width]))
                std::copy_n(by_item.start.begin() + r * width, width, row.begin());
            double norm = 0;
            for (const float y : row) norm += static_cast<double>(y) * y;
            penalties[r] = of_row.regularization(entries[r]) * norm;
        }
    });
    items.penalty = reproducible_sum(ranks, penalties, items.partition.rows(), rows_per_chunk);
}

/// Which rows of a side a rank owns, and their interactions.
struct SideInput {
    Share share;
    OwnInteractions own;
};

/// Called when all sizes are known and before factors are allocated.
using BeforeAllocating = std::function<void(const FactorExchange& users, const FactorExchange& items)>;

/// Plans the exchange of each side's factors from the other side's interactions, sets the start, and hands the
/// interactions of this rank's rows to the backend. Collective.
template <Backend B>
Sides<B> make_sides(const Communicator& ranks, const B& backend, const Objective& objective,
                    const SolveOptions& options, SideInput by_user, SideInput by_item,
                    const BeforeAllocating& before_allocating = {})
{
    const Row width = objective.width();
    const RowCost cost = row_cost(objective, options);
    auto user_batches = batches_for<B>(by_user.own.rows, cost);
    auto item_batches = batches_for<B>(by_item.own.rows, cost);
    const auto plan = [&](const Share& share, OwnInteractions& named_by, std::span<const RowRange> in_batches) {
        auto named = columns_of(named_by.rows, in_batches);
        if (!named_by.parts.columns.empty()) named.push_back(named_by.parts.columns);  // solved last
        return plan_exchange(ranks, share.rows, named, options.exchange);
    };
    auto users = plan(by_user.share, by_item.own, item_batches);
    auto items = plan(by_item.share, by_user.own, user_batches);
    if (before_allocating) before_allocating(*users.exchange, *items.exchange);
    const auto make_side = [&](Side side, Share share, PlannedExchange planned) {
        const Row table_rows = planned.exchange->trivial() ? 0 : planned.exchange->table_rows();
        const Row own_rows = share.rows.of(ranks.rank()).size();
        return FactorSide<B>{.side = side,
                             .partition = std::move(share.rows),
                             .split = std::move(share.split),
                             .interactions = {},
                             .parts = {},
                             .factors = backend.make_matrix(own_rows, width),
                             .exchange = std::move(planned.exchange),
                             .volumes = planned.volumes,
                             .received = planned.received,
                             .table = backend.make_matrix(table_rows, width)};
    };
    Sides<B> sides{make_side(Side::users, std::move(by_user.share), std::move(users)),
                   make_side(Side::items, std::move(by_item.share), std::move(items))};
    set_start(ranks, backend, objective, options, sides.users.partition.rows(), by_item.own, sides.items);
    const auto load = [&](FactorSide<B>& side, OwnInteractions& own, std::vector<RowRange> in_batches) {
        side.interactions = backend.load(std::move(own.rows), width, std::move(in_batches));
        if (side.split.parts > 0) side.parts = backend.load(std::move(own.parts), width);
    };
    load(sides.users, by_user.own, std::move(user_batches));
    load(sides.items, by_item.own, std::move(item_batches));
    return sides;
}

/// Entries of a part, where the backend splits rows over ranks; else no row has so many.
template <Backend B>
Offset part_entries(const B& backend)
{
    if constexpr (SplitsRows<B>)
        return backend.part_entries();
    else
        return std::numeric_limits<Offset>::max();
}

/// Σ c p² over all stored pairs: what the objective's stored part is where all factors are 0. Collective.
template <Backend B>
double stored_weight(const Communicator& ranks, const B& backend, const FactorSide<B>& side)
{
    double sum = 0;
    for (const auto* shard : {&side.interactions, &side.parts}) {
        const Interactions& rows = backend.interactions(*shard);
        for (std::size_t k = 0; k < rows.columns.size(); ++k) {
            const double p = rows.preferences.empty() ? 1 : rows.preferences[k];
            sum += (rows.confidences.empty() ? 1 : rows.confidences[k]) * p * p;
        }
    }
    const auto all = ranks.all_gather(sum);
    return std::accumulate(all.begin(), all.end(), 0.0);
}

/// Who owns which rows.
struct Shares {
    Share users;
    Share items;
};

/// By a model of what rows cost. Collective.
template <Backend B>
Shares share_by_model(const Communicator& ranks, const B& backend, const RowCost& cost, const DatasetReader& dataset)
{
    const auto share = [&](Side side) {
        const Offset part = part_entries(backend);
        return make_share(shared_side_costs(ranks, dataset, side, cost, part), ranks.size(), cost, part);
    };
    return {share(Side::users), share(Side::items)};
}

/// Sides of a dataset's interactions.
template <Backend B>
struct LoadedSides {
    Sides<B> sides;
    double planned_memory;  // bytes of host memory that this rank is to take
};

/// make_sides for the interactions that a dataset holds, each rank reading its own. Throws out_of_memory (13) before
/// host memory runs out. Collective.
template <Backend B>
LoadedSides<B> load_sides(const Communicator& ranks, const B& backend, const Objective& objective,
                          const SolveOptions& options, const DatasetReader& dataset, Shares shares,
                          const MemorySettings& settings)
{
    auto& [users, items] = shares;
    double planned = 0;
    RankLoad load = own_load(dataset, users, items, ranks.rank());
    const auto require = [&] {
        const MemoryPlan plan = plan_host_memory(backend, load, settings);
        planned = plan.total();
        require_memory(ranks, plan);
    };
    require();  // what it needs in any case, before anything is read
    const auto read = [&](Side side, const Share& own_share) {
        OwnInteractions own = read_interactions(dataset, side, own_share, ranks.rank());
        for (Interactions* some : {&own.rows, &own.parts})
            *some = objective.apply(std::move(*some), dataset.info().value_mean);
        return own;
    };
    OwnInteractions by_user = read(Side::users, users);
    OwnInteractions by_item = read(Side::items, items);
    by_item.start_keys = start_keys(dataset, Side::items, items.rows.of(ranks.rank()));
    if (!options.start_from.empty())
        by_item.start = factors_of_model(options.start_from, dataset, objective, items.rows.of(ranks.rank()));
    require_same_entries(ranks, dataset, by_user.sum, by_item.sum);
    const auto add_tables = [&](const FactorExchange& user_exchange, const FactorExchange& item_exchange) {
        const auto add = [](const FactorExchange& exchange, Row& table, bool& lists) {
            if (exchange.trivial()) return;
            table = exchange.table_rows();
            lists = exchange.by_need();
        };
        add(user_exchange, load.user_table, load.user_lists);
        add(item_exchange, load.item_table, load.item_lists);
        if constexpr (PlacesFactors<B>) place_factors(backend, load, settings);
        require();
    };
    auto sides = make_sides(ranks, backend, objective, options, {std::move(users), std::move(by_user)},
                            {std::move(items), std::move(by_item)}, add_tables);
    return {std::move(sides), planned};
}

}  // namespace alster
