#pragma once
#include <vector>

#include "kernels/cuda/row_problem.hpp"

namespace alster {

/// Rows of one bin and one form, [first_row, first_row + rows) of RowPlan::order. Where they are long, their chunks are
/// [first_chunk, first_chunk + chunks) of RowPlan::chunks, and first_chunk_of holds rows + 1 positions from
/// first_position on, counted from the launch's first chunk.
struct PlannedLaunch {
    int bin = 0;
    bool dual = false;
    Row first_row = 0;
    Row rows = 0;
    std::int64_t first_chunk = 0;
    std::int64_t chunks = 0;  // 0: the rows are short
    std::int64_t first_position = 0;
};

/// Consecutive rows whose interactions are on the device together.
struct PlannedBatch {
    RowRange rows;
    Row first_empty = 0;  // [first_empty, first_empty + empty) of RowPlan::order have no interactions
    Row empty = 0;
    std::vector<PlannedLaunch> launches;
};

/// In which order a shard's rows are solved, and by what. Nothing in it touches a device.
struct RowPlan {
    std::vector<Row> order;  // by batch, bin and form; the heaviest first
    std::vector<Chunk> chunks;
    std::vector<std::int64_t> first_chunk_of;
    std::vector<PlannedBatch> batches;
    std::int64_t dual_rows = 0;
    std::int64_t most_chunks = 0;    // of one launch
    std::int64_t largest_large = 0;  // order of the largest system that is not in shared memory; 0: none
    std::size_t launches = 0;
};

struct PlanLimits {
    Offset batch_entries;         // interactions of a batch; at least the largest row's
    std::int64_t chunk_capacity;  // chunks of a launch, but a row's chunks stay together
    Offset entries_per_chunk;     // a row in the primal form with more is assembled in chunks
    std::size_t shared_bytes;     // that a block of the device may have
};

[[nodiscard]] RowPlan plan_rows(const std::vector<Offset>& offsets, Row width, const PlanLimits& limits);

}  // namespace alster
