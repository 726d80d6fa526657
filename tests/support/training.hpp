#pragma once
#include "distributed/communicator.hpp"
#include "host/train/sides.hpp"
#include "kernels/host_matrix.hpp"
#include "kernels/row_cost.hpp"

namespace alster::test {

/// A small planted data set: tastes in two groups, popular and rare items, one user and one item without interactions.
Interactions planted_interactions(Row users, Row items, unsigned seed = 1);

/// The same interactions seen from the items.
Interactions transposed(const Interactions& by_user, Row items);

/// Rows of `all` as one rank holds them.
Interactions slice(const Interactions& all, RowRange rows);

/// What training leaves, whole, on every rank.
struct Trained {
    HostMatrix users;
    HostMatrix items;
    std::vector<double> objectives;  // after each half-step
};

/// Runs the solver on interactions in memory, sharded over the ranks.
template <Backend B>
Trained train(const Communicator& ranks, const B& backend, const TrainOptions& options, Row users, Row items,
              const Interactions& by_user, const Interactions& by_item)
{
    const auto partition = [&](const Interactions& all) {
        std::vector<double> costs((all.rows() + rows_per_chunk - 1) / rows_per_chunk);
        for (Row r = 0; r < all.rows(); ++r) costs[r / rows_per_chunk] += row_cost(all.entries(r), options.width());
        return RowPartition(all.rows(), rows_per_chunk, costs, ranks.size());
    };
    const RowPartition user_rows = partition(by_user);
    const RowPartition item_rows = partition(by_item);
    auto sides = make_sides(ranks, backend, options, user_rows, item_rows,
                            apply_feedback(slice(by_user, user_rows.of(ranks.rank())), options, 0),
                            apply_feedback(slice(by_item, item_rows.of(ranks.rank())), options, 0));
    Solver<B> solver(ranks, backend, options);
    Trained trained{{users, options.width()}, {items, options.width()}, {}};
    solver.begin_with(sides.items);
    for (int sweep = 0; sweep < options.sweeps; ++sweep) {
        trained.objectives.push_back(solver.half_step(sides.users, sides.items).objective);
        trained.objectives.push_back(solver.half_step(sides.items, sides.users).objective);
    }
    for (auto [side, all] : {std::pair{&sides.users, &trained.users}, std::pair{&sides.items, &trained.items}})
        backend.read_on_host(side->factors, [&, all = all, side = side](std::span<const float> mine) {
            ranks.all_gather_rows(mine, all->values, side->partition.sizes(), options.width());
        });
    return trained;
}

}  // namespace alster::test
