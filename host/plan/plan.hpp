#pragma once
#include <nlohmann/json.hpp>

#include "host/sharding/loads.hpp"
#include "host/train/options.hpp"

namespace alster {

/// What a plan's times are made from; they are as good as these.
struct Rates {
    double solve = 0;         // multiply-adds a second of a rank, 0: not known, no times
    double basis = 0;         // the same in Gramian and rotation
    double eigenproblem = 0;  // seconds of one: one thread of the first rank solves it
    double network = 0;       // bytes a second that a rank receives
};

/// Where a job is to run.
struct Place {
    int ranks = 1;
    int ranks_per_node = 1;
    int threads = 1;  // of a rank
    bool gpus = false;
};

/// What a run will take on so many ranks, with flat keys but for "memory", "device_memory",
/// "exchange", "seconds" and "sbatch".
[[nodiscard]] nlohmann::ordered_json make_plan(const Distribution& distribution, const MemorySettings& memory,
                                               const TrainOptions& options, const Sizes& sizes, const Place& place,
                                               const Rates& rates);

}  // namespace alster
