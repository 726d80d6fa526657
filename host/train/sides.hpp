#pragma once
#include <omp.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "data/dataset_file.hpp"
#include "host/plan/loads.hpp"
#include "host/train/batches.hpp"
#include "host/train/factor_placement.hpp"
#include "host/train/feedback.hpp"
#include "host/train/initializer.hpp"
#include "host/train/memory_check.hpp"
#include "host/train/shards.hpp"
#include "host/train/solver.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// Users and items, sharded over the ranks and ready for the first half-step, which solves the users.
template <Backend B>
struct Sides {
    FactorSide<B> users;
    FactorSide<B> items;
};

/// σ of the first item factors: so that a score of theirs is about init_scale², whatever f.
[[nodiscard]] inline double initial_sigma(const TrainOptions& options)
{
    return options.init_scale / std::sqrt(static_cast<double>(options.factors));
}

/// Fills this rank's item factors with the start (biases are 0), and sets Σ λ_i‖y_i‖² of it.
template <Backend B>
void set_start(const Communicator& ranks, const B& backend, const TrainOptions& options, const OwnInteractions& by_item,
               double count_offset, FactorSide<B>& items)
{
    const RowObjective objective{
        .base = {}, .lambda = options.regularization(), .nu = options.nu, .count_offset = count_offset};
    const Row width = options.width();
    const RowRange own = items.partition.of(ranks.rank());
    std::vector<Offset> entries;
    for (Row r = 0; r < own.size(); ++r) entries.push_back(by_item.rows.entries(r));
    for (const SplitRow& row : items.split.among(own)) entries[row.row - own.first] = row.entries;
    std::vector<double> penalties(entries.size());
    backend.write_on_host(items.factors, [&](std::span<float> values) {
        initialize_rows(values, by_item.start_keys, initial_sigma(options), options.seed);
        for (std::size_t r = 0; r < entries.size(); ++r) {
            const auto row = values.subspan(r * width, width);
            if (options.is_explicit()) row.back() = 0;
            double norm = 0;
            for (const float y : row) norm += static_cast<double>(y) * y;
            penalties[r] = objective.regularization(entries[r]) * norm;
        }
    });
    items.penalty = reproducible_sum(ranks, penalties, items.partition.rows(), rows_per_chunk);
}

/// Called when all sizes are known and before factors are allocated.
using BeforeAllocating = std::function<void(const FactorExchange& users, const FactorExchange& items)>;

/// Plans the exchange of each side's factors from the other side's interactions, sets the start, and hands the
/// interactions of this rank's rows to the backend. Collective.
template <Backend B>
Sides<B> make_sides(const Communicator& ranks, const B& backend, const TrainOptions& options, Share user_share,
                    Share item_share, OwnInteractions by_user, OwnInteractions by_item,
                    const BeforeAllocating& before_allocating = {})
{
    const Row width = options.width();
    const auto batches = [&](const OwnInteractions& own) { return batches_for(backend, own.rows, options.row_cost()); };
    auto user_batches = batches(by_user);
    auto item_batches = batches(by_item);
    const auto plan = [&](const Share& share, OwnInteractions& named_by, std::span<const RowRange> in_batches) {
        auto named = columns_of(named_by.rows, in_batches);
        if (!named_by.parts.columns.empty()) named.push_back(named_by.parts.columns);  // solved last
        return plan_exchange(ranks, share.rows, named, options.exchange);
    };
    auto users = plan(user_share, by_item, item_batches);
    auto items = plan(item_share, by_user, user_batches);
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
    Sides<B> sides{make_side(Side::users, std::move(user_share), std::move(users)),
                   make_side(Side::items, std::move(item_share), std::move(items))};
    set_start(ranks, backend, options, by_item,
              options.unobserved_weight() * static_cast<double>(sides.users.partition.rows()), sides.items);
    const auto load = [&](FactorSide<B>& side, OwnInteractions& own, std::vector<RowRange> in_batches) {
        side.interactions = load_in_batches(backend, std::move(own.rows), width, std::move(in_batches));
        if (side.split.parts > 0) side.parts = backend.load(std::move(own.parts), width);
    };
    load(sides.users, by_user, std::move(user_batches));
    load(sides.items, by_item, std::move(item_batches));
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
Shares share_by_model(const Communicator& ranks, const B& backend, const TrainOptions& options,
                      const DatasetReader& dataset)
{
    const auto share = [&](Side side) {
        const Offset part = part_entries(backend);
        return make_share(shared_side_costs(ranks, dataset, side, options.row_cost(), part), ranks.size(),
                          options.row_cost(), part);
    };
    return {share(Side::users), share(Side::items)};
}

/// make_sides for the interactions that a dataset holds, each rank reading its own. Throws out_of_memory (13) before
/// host memory runs out. Sets `planned` to what this rank will take of it. Collective.
template <Backend B>
Sides<B> load_sides(const Communicator& ranks, const B& backend, const TrainOptions& options,
                    const DatasetReader& dataset, Shares shares, double& planned)
{
    auto& [users, items] = shares;
    const MemorySettings settings = memory_settings(dataset.info(), options, omp_get_max_threads());
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
            *some = apply_feedback(std::move(*some), options, dataset.info().value_mean);
        return own;
    };
    OwnInteractions by_user = read(Side::users, users);
    OwnInteractions by_item = read(Side::items, items);
    by_item.start_keys = start_keys(dataset, Side::items, items.rows.of(ranks.rank()));
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
    return make_sides(ranks, backend, options, std::move(users), std::move(items), std::move(by_user),
                      std::move(by_item), add_tables);
}

}  // namespace alster
