#pragma once
#include "distributed/communicator.hpp"
#include "host/solve/sides.hpp"
#include "host/train/options.hpp"
#include "kernels/host_matrix.hpp"
#include "kernels/row_cost.hpp"

namespace alster::test {

/// A small planted data set: tastes in two groups, popular and rare items, one user and one item without interactions.
Interactions planted_interactions(Row users, Row items, unsigned seed = 1);

/// The same interactions seen from the items.
Interactions transposed(const Interactions& by_user, Row items);

/// Rows of `all` as one rank holds them.
Interactions slice(const Interactions& all, RowRange rows);

/// What a rank holds of `all`, with the confidences and preferences of the objective.
OwnInteractions own_interactions(const Interactions& all, const Share& share, int rank, const Objective& objective);

/// What training leaves, whole, on every rank.
struct Trained {
    HostMatrix users;
    HostMatrix items;
    std::vector<double> objectives;  // after each half-step
};

/// Those of `alster train` but for the weight of all pairs, which no data decide here.
[[nodiscard]] inline TrainOptions options_without_data()
{
    TrainOptions options;
    options.objective.alpha0 = 0.2;
    return options;
}

/// Runs the solver on interactions in memory, sharded over the ranks; rows that weigh more than `heaviest` of a rank's
/// part are split.
template <Backend B>
Trained train(const Communicator& ranks, const B& backend, const TrainOptions& options, Row users, Row items,
              const Interactions& by_user, const Interactions& by_item, double heaviest = 0.125)
{
    const auto share = [&](const Interactions& all) {
        SideCosts costs{.rows = all.rows()};
        costs.chunks.resize((all.rows() + rows_per_chunk - 1) / rows_per_chunk);
        add_costs(all.offsets, 0, options.row_cost(), part_entries(backend), costs);
        return make_share(costs, ranks.size(), options.row_cost(), part_entries(backend), heaviest);
    };
    const Share user_share = share(by_user);
    const Share item_share = share(by_item);
    auto sides = make_sides(ranks, backend, options.objective, options.solve,
                            {user_share, own_interactions(by_user, user_share, ranks.rank(), options.objective)},
                            {item_share, own_interactions(by_item, item_share, ranks.rank(), options.objective)});
    Solver<B> solver(ranks, backend, options.objective);
    Trained trained{{users, options.objective.width()}, {items, options.objective.width()}, {}};
    solver.begin_with(sides.items);
    for (int sweep = 0; sweep < options.sweeps; ++sweep) {
        for (const HalfStep& step : solver.sweep(sides.users, sides.items))
            trained.objectives.push_back(step.objective);
    }
    for (auto [side, all] : {std::pair{&sides.users, &trained.users}, std::pair{&sides.items, &trained.items}})
        backend.read_on_host(side->factors, [&, all = all, side = side](std::span<const float> mine) {
            ranks.all_gather_rows(mine, all->values, side->partition.sizes(), options.objective.width());
        });
    return trained;
}

}  // namespace alster::test
