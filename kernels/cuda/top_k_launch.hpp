#pragma once
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "data/interactions.hpp"

namespace alster {

/// A candidate and its score in one number: the better of two is the larger one, and none are equal. 0: no candidate.
using RankedKey = unsigned long long;

inline constexpr int top_k_queries = 128;     // of a block at a time
inline constexpr int top_k_candidates = 128;  // that they are multiplied with at a time

/// Keys that a query's buffer must hold for lists of `k`: a power of 2, with room for what comes between two cuts.
[[nodiscard]] std::int64_t top_k_capacity(Row k);

/// top_k of queries against candidates, all pointers into device memory.
struct TopKLaunch {
    const float* queries = nullptr;  // (rows, width)
    Row rows = 0;
    const float* candidates = nullptr;  // (items, width)
    Row items = 0;
    int width = 0;
    const Offset* excluded_offsets = nullptr;  // (rows + 1); null: nothing is excluded
    const Column* excluded_columns = nullptr;  // ascending in each row
    const std::int32_t* class_of = nullptr;    // (rows)
    const std::uint32_t* eligible = nullptr;   // (classes, words) of a BitTable; null: all candidates are
    Row words = 0;                             // of a row of these
    const std::uint32_t* groups_of = nullptr;  // (items, group_words): the groups that hold an item; null: one, of all
    int group_words = 0;
    int groups = 1;
    const Offset* added_offsets = nullptr;     // (rows + 1) of a ScoreAddends; null: nothing is added
    const Column* added_candidates = nullptr;  // ascending in each row
    const float* added_values = nullptr;
    int k = 0;  // at most items
    std::int64_t capacity = 0;
    RankedKey* buffers = nullptr;     // (blocks, groups, top_k_queries, capacity)
    RankedKey* thresholds = nullptr;  // (blocks, groups, top_k_queries)
    std::int32_t* counts = nullptr;   // (blocks, groups, top_k_queries)
    int blocks = 0;
    std::int32_t* found = nullptr;          // (rows, groups, k) of the host's TopK
    float* scores = nullptr;                // (rows, groups, k)
    std::int32_t* filled = nullptr;         // (rows, groups)
    unsigned long long* refused = nullptr;  // min of query · items + candidate over scores that are not finite
    cudaStream_t stream = nullptr;
};

/// Only puts the work into the stream.
void launch_top_k(const TopKLaunch& launch);

}  // namespace alster
