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
    const Offset* seen_offsets = nullptr;  // (rows + 1); null: nothing is left out
    const Column* seen_columns = nullptr;  // ascending in each row
    int k = 0;                             // at most items
    std::int64_t capacity = 0;
    RankedKey* buffers = nullptr;  // (blocks, top_k_queries, capacity)
    int blocks = 0;
    std::int32_t* found = nullptr;          // (rows, k) of the host's TopK
    float* scores = nullptr;                // (rows, k)
    std::int32_t* filled = nullptr;         // (rows)
    unsigned long long* refused = nullptr;  // min of query · items + candidate over scores that are not finite
    cudaStream_t stream = nullptr;
};

/// Only puts the work into the stream.
void launch_top_k(const TopKLaunch& launch);

}  // namespace alster
