#pragma once
#include <cmath>

#include "data/dataset_file.hpp"
#include "host/train/feedback.hpp"
#include "host/train/initializer.hpp"
#include "host/train/shards.hpp"
#include "host/train/solver.hpp"

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

/// Plans the exchange of each side's factors from the other side's interactions, sets the start, and hands the
/// interactions of this rank's rows to the backend. Collective.
template <Backend B>
Sides<B> make_sides(const Communicator& ranks, const B& backend, const TrainOptions& options,
                    const RowPartition& user_rows, const RowPartition& item_rows, Interactions by_user,
                    Interactions by_item)
{
    const Row width = options.width();
    const auto make_side = [&](Side side, const RowPartition& rows, Interactions& named_by) {
        auto [exchange, volumes] = plan_exchange(ranks, rows, named_by.columns, options.exchange);
        const Row table_rows = exchange->trivial() ? 0 : exchange->table_rows();
        return FactorSide<B>{.side = side,
                             .partition = rows,
                             .interactions = {},
                             .factors = backend.make_matrix(rows.of(ranks.rank()).size(), width),
                             .exchange = std::move(exchange),
                             .volumes = volumes,
                             .table = backend.make_matrix(table_rows, width)};
    };
    Sides<B> sides{make_side(Side::users, user_rows, by_item), make_side(Side::items, item_rows, by_user)};
    set_start(ranks, backend, options, by_item, options.unobserved_weight() * static_cast<double>(user_rows.rows()),
              sides.items);
    sides.users.interactions = backend.load(std::move(by_user), width);
    sides.items.interactions = backend.load(std::move(by_item), width);
    return sides;
}

/// make_sides for the interactions that a dataset holds, each rank reading its own.
template <Backend B>
Sides<B> load_sides(const Communicator& ranks, const B& backend, const TrainOptions& options,
                    const DatasetReader& dataset)
{
    const RowPartition user_rows = partition_by_cost(ranks, dataset, Side::users, options.width());
    const RowPartition item_rows = partition_by_cost(ranks, dataset, Side::items, options.width());
    const auto read = [&](Side side, const RowPartition& rows) {
        return apply_feedback(dataset.interactions(Part::train, side, rows.of(ranks.rank())), options,
                              dataset.info().value_mean);
    };
    Interactions by_user = read(Side::users, user_rows);
    Interactions by_item = read(Side::items, item_rows);
    return make_sides(ranks, backend, options, user_rows, item_rows, std::move(by_user), std::move(by_item));
}

}  // namespace alster
