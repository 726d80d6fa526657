#pragma once
#include <optional>
#include <string>
#include <vector>

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

/// How the factors of one side come to the ranks, and what that moves in a sweep, over all ranks.
struct PlannedSideExchange {
    bool need_only = false;  // else all-gather
    double all_gather_bytes = 0;
    double need_only_bytes = 0;

    [[nodiscard]] const char* name() const { return need_only ? "need-only" : "all-gather"; }
};

struct PlannedExchanges {
    PlannedSideExchange users;
    PlannedSideExchange items;
    double received_bytes_most = 0;  // by a rank, in a sweep
};

/// Of the GPU of the rank that needs most.
struct PlannedDeviceMemory {
    MemoryPlan all;        // interactions and factors on the GPU
    double streaming = 0;  // bytes, interactions passing through
    double least = 0;      // bytes, factors in host memory as well
};

struct PlannedSeconds {
    double solve = 0;
    double basis = 0;
    double exchange = 0;

    [[nodiscard]] double sweep() const { return solve + basis + exchange; }
};

/// What `alster neighbours`, or train --neighbours after training, will take.
struct PlannedWalk {
    double steps = 0;         // of all ranks
    double memory_bytes = 0;  // of a rank, beside the program
    double seconds = 0;       // without reading; GPUs do not help
};

/// What `alster page --all` will take.
struct PlannedPages {
    double file_bytes = 0;             // of all pages
    double memory_bytes = 0;           // of a rank, beside the program
    std::vector<MemoryUse> uses = {};  // of these
    double seconds = 0;                // without reading and writing; 0: not known
};

/// What a run will take on so many ranks.
struct Plan {
    int ranks = 1;
    Sizes sizes;
    Row factors = 0;
    MemoryPlan memory;                              // of the rank that needs most
    double imbalance = 1;                           // slowest over mean, by the model of costs
    std::optional<PlannedExchanges> exchange = {};  // where there are ranks to exchange with
    std::optional<PlannedDeviceMemory> device = {};
    std::optional<PlannedSeconds> seconds = {};  // of a sweep, where rates are known
    std::vector<std::string> sbatch = {};        // options for Slurm
    std::optional<PlannedWalk> walk = {};        // where it was asked for
    std::optional<PlannedPages> pages = {};      // likewise
};

[[nodiscard]] Plan make_plan(const Distribution& distribution, const MemorySettings& memory,
                             const TrainOptions& options, const Sizes& sizes, const Place& place, const Rates& rates);

}  // namespace alster
