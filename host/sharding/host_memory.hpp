#pragma once
#include <vector>

#include "data/dataset_file.hpp"
#include "distributed/factor_exchange.hpp"
#include "host/model/objective.hpp"

namespace alster {

/// What one rank of a run holds: counts, exact or expected.
struct RankLoad {
    Row users = 0;  // its own rows
    Row items = 0;
    Offset by_user = 0;       // interactions of its users
    Offset by_item = 0;       // interactions of its items
    Offset held_out = 0;      // of its users
    Offset longest_user = 0;  // interactions of the user with most of them
    Offset longest_item = 0;
    Row user_table = 0;  // rows of other ranks' factors that it holds, its own among them; 0: it needs none
    Row item_table = 0;
    bool user_lists = false;  // the table is filled by need: lists of rows say who sends what
    bool item_lists = false;
};

/// What is the same on all ranks.
struct MemorySettings {
    Row width = 0;  // columns of the factor matrices
    Row items = 0;  // of the catalogue
    int threads = 1;
    std::int64_t stored_bytes = 8;  // of one interaction while it is read: column, value, and weights
    std::int64_t kept_bytes = 4;    // of one interaction while training
    bool validates = false;         // the dataset has a split, measured after each sweep
    bool rounds = false;            // the fixed side is read rounded to bf16
    double id_bytes = 16;           // of an id, while the model is written
    Wire wire = Wire::fp32;
};

/// `settings` says threads, rounds and wire; the rest follows.
[[nodiscard]] MemorySettings memory_settings(const DatasetInfo& data, const Objective& objective,
                                             MemorySettings settings);

struct MemoryUse {
    const char* purpose;
    double bytes;
};

/// What a rank takes at most: by purpose at the moment that needs most, which is named.
struct MemoryPlan {
    std::vector<MemoryUse> uses;
    const char* moment = "";

    [[nodiscard]] double total() const;
};

/// Of a rank of the CPU backend.
[[nodiscard]] MemoryPlan plan_memory(const RankLoad& load, const MemorySettings& settings);

/// Of host memory, of a rank of the CUDA backend, whose factors lie on its GPU or, where they do not fit there, do not.
[[nodiscard]] MemoryPlan plan_memory_beside_gpu(const RankLoad& load, const MemorySettings& settings,
                                                bool factors_on_host);

}  // namespace alster
