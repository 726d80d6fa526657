#pragma once
#include <omp.h>

#include <cmath>
#include <functional>

#include "data/dataset_file.hpp"
#include "host/plan/loads.hpp"
#include "host/train/batches.hpp"
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
void set_start(const Communicator& ranks, const B& backend, const TrainOptions& options,
               const Interactions& interactions, double count_offset, FactorSide<B>& items)
{
    const RowObjective objective{.base = {}, .lambda = options.lambda, .nu = options.nu, .count_offset = count_offset};
    const Row width = options.width();
    std::vector<double> penalties(interactions.rows());
    backend.write_on_host(items.factors, [&](std::span<float> values) {
        initialize_rows(values, items.partition.of(ranks.rank()).first, width, initial_sigma(options), options.seed);
        for (Row r = 0; r < interactions.rows(); ++r) {
            const auto row = values.subspan(r * width, width);
            if (options.is_explicit()) row.back() = 0;
            double norm = 0;
            for (const float y : row) norm += static_cast<double>(y) * y;
            penalties[r] = objective.regularization(interactions.entries(r)) * norm;
        }
    });
    items.penalty = reproducible_sum(ranks, penalties, items.partition.rows(), rows_per_chunk);
}

/// Called when all sizes are known and before factors are allocated.
using BeforeAllocating = std::function<void(const FactorExchange& users, const FactorExchange& items)>;

/// Plans the exchange of each side's factors from the other side's interactions, sets the start, and hands the
/// interactions of this rank's rows to the backend. Collective.
template <Backend B>
Sides<B> make_sides(const Communicator& ranks, const B& backend, const TrainOptions& options,
                    const RowPartition& user_rows, const RowPartition& item_rows, Interactions by_user,
                    Interactions by_item, const BeforeAllocating& before_allocating = {})
{
    const Row width = options.width();
    auto user_batches = batches_for(backend, by_user, width);
    auto item_batches = batches_for(backend, by_item, width);
    auto users = plan_exchange(ranks, user_rows, columns_of(by_item, item_batches), options.exchange);
    auto items = plan_exchange(ranks, item_rows, columns_of(by_user, user_batches), options.exchange);
    if (before_allocating) before_allocating(*users.exchange, *items.exchange);
    const auto make_side = [&](Side side, const RowPartition& rows, PlannedExchange planned) {
        const Row table_rows = planned.exchange->trivial() ? 0 : planned.exchange->table_rows();
        return FactorSide<B>{.side = side,
                             .partition = rows,
                             .interactions = {},
                             .factors = backend.make_matrix(rows.of(ranks.rank()).size(), width),
                             .exchange = std::move(planned.exchange),
                             .volumes = planned.volumes,
                             .received = planned.received,
                             .table = backend.make_matrix(table_rows, width)};
    };
    Sides<B> sides{make_side(Side::users, user_rows, std::move(users)),
                   make_side(Side::items, item_rows, std::move(items))};
    set_start(ranks, backend, options, by_item, options.unobserved_weight() * static_cast<double>(user_rows.rows()),
              sides.items);
    sides.users.interactions = load_in_batches(backend, std::move(by_user), width, std::move(user_batches));
    sides.items.interactions = load_in_batches(backend, std::move(by_item), width, std::move(item_batches));
    return sides;
}

/// make_sides for the interactions that a dataset holds, each rank reading its own. Throws out_of_memory (13) before
/// host memory runs out. Sets `planned` to what this rank will take of it, if the backend's matrices lie there.
template <Backend B>
Sides<B> load_sides(const Communicator& ranks, const B& backend, const TrainOptions& options,
                    const DatasetReader& dataset, double& planned)
{
    const RowPartition user_rows = partition_by_cost(ranks, dataset, Side::users, options.width());
    const RowPartition item_rows = partition_by_cost(ranks, dataset, Side::items, options.width());
    const MemorySettings settings = memory_settings(dataset.info(), options, omp_get_max_threads());
    RankLoad load = own_load(dataset, user_rows.of(ranks.rank()), item_rows.of(ranks.rank()));
    const auto require = [&] {
        if constexpr (!std::same_as<typename B::Matrix, HostMatrix>) return;
        const MemoryPlan plan = plan_memory(load, settings);
        planned = plan.total();
        require_memory(ranks, plan);
    };
    require();  // what it needs in any case, before anything is read
    const auto read = [&](Side side, const RowPartition& rows) {
        return apply_feedback(dataset.interactions(Part::train, side, rows.of(ranks.rank())), options,
                              dataset.info().value_mean);
    };
    Interactions by_user = read(Side::users, user_rows);
    Interactions by_item = read(Side::items, item_rows);
    const auto add_tables = [&](const FactorExchange& users, const FactorExchange& items) {
        const auto add = [](const FactorExchange& exchange, Row& table, bool& lists) {
            if (exchange.trivial()) return;
            table = exchange.table_rows();
            lists = exchange.by_need();
        };
        add(users, load.user_table, load.user_lists);
        add(items, load.item_table, load.item_lists);
        require();
    };
    return make_sides(ranks, backend, options, user_rows, item_rows, std::move(by_user), std::move(by_item),
                      add_tables);
}

}  // namespace alster
