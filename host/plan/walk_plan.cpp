#include "host/plan/walk_plan.hpp"

#include <algorithm>

#include "host/sharding/partition_by_cost.hpp"

namespace alster {

WalkLoad walk_load(const DatasetReader& dataset, Row history_limit)
{
    const RowRange users{0, dataset.info().users};
    WalkLoad load{.users = users.size(), .items = dataset.info().items};
    each_slice_of_offsets(dataset, Side::users, users, [&](Row, std::span<const Offset> offsets) {
        for (std::size_t r = 1; r < offsets.size(); ++r) {
            const auto n = static_cast<double>(std::min<Offset>(offsets[r] - offsets[r - 1], history_limit));
            load.interactions += n;
            load.steps += n * n;
        }
    });
    return load;
}

PlannedWalk plan_walk(const WalkLoad& load, Row most, const Place& place)
{
    constexpr double steps_per_second = 3.1e8;             // of a thread (docs/neighbours.md, "Time and memory")
    constexpr double largest_block = 256.0 * 1024 * 1024;  // of the users of items, kernels/cpu/item_walk.cpp
    const auto users = static_cast<double>(load.users), items = static_cast<double>(load.items);
    const double ranks = place.ranks, threads = place.threads;
    const double histories = 4 * load.interactions + 16 * users;
    const double users_of_items = std::min(largest_block, 4 * load.interactions / ranks);
    const double item_vectors = items * (40 + 8 * threads);  // counts, entries, scales and costs; a sum for each thread
    const double result = 8 * static_cast<double>(std::min(most, load.items)) * items / ranks;
    return {.steps = load.steps,
            .memory_bytes = histories + users_of_items + item_vectors + result,
            .seconds = load.steps / (steps_per_second * ranks * threads)};
}

}  // namespace alster
