#pragma once
#include "data/dataset_file.hpp"
#include "host/plan/plan.hpp"
#include "host/sharding/loads.hpp"

namespace alster {

/// What `alster neighbours` walks over: histories of at most so many interactions each.
struct WalkLoad {
    Row users = 0;
    Row items = 0;
    double interactions = 0;  // that are left of all histories
    double steps = 0;         // Σ of the squares of their lengths
};

/// Counted from the training part, where every interaction is taken for a positive one; or expected by power laws.
[[nodiscard]] WalkLoad walk_load(const DatasetReader& dataset, Row history_limit);
[[nodiscard]] WalkLoad walk_load(const Sizes& sizes, Row history_limit);

/// Memory of a rank beside the program and its libraries, with `most` neighbours an item.
[[nodiscard]] PlannedWalk plan_walk(const WalkLoad& load, Row most, const Place& place);

}  // namespace alster
