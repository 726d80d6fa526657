#include "host/sharding/device_memory.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/backend_sizes.hpp"
#include "kernels/cuda/row_shape.hpp"

namespace alster {

namespace {

/// One side as it is solved: its own rows and their interactions, and the rows of the other side that these can name.
struct SolvedSide {
    Row rows;
    Offset entries;
    Offset longest;  // of its rows
    Row fixed_rows;
};

std::array<SolvedSide, 2> sides_of(const RankLoad& load)
{
    return {{{load.users, load.by_user, load.longest_user, std::max(load.items, load.item_table)},
             {load.items, load.by_item, load.longest_item, std::max(load.users, load.user_table)}}};
}

double floats(double count) { return 4 * count; }

/// Offsets, order, residuals, penalties and whether a row failed.
double rows_bytes(const SolvedSide& side) { return 33.0 * static_cast<double>(side.rows); }

double factors_bytes(const RankLoad& load, Row width)
{
    return floats(static_cast<double>((load.users + load.items + load.user_table + load.item_table) * width));
}

double system_bytes(Row width) { return floats(static_cast<double>(triangle_floats(tiles_of(width)))); }

/// Systems of long rows' chunks, of whose last half is empty on the average; those of one row are held together.
double chunks_bytes(const SolvedSide& side, Row width)
{
    if (side.longest <= entries_per_chunk) return 0;
    const double held = std::min<double>(most_chunks, 2.0 * static_cast<double>(side.entries / entries_per_chunk));
    const double chunks = std::max(held, std::ceil(static_cast<double>(side.longest) / entries_per_chunk));
    return chunks * (system_bytes(width) + floats(static_cast<double>(tiles_of(width) * tile)));
}

/// Systems too large for shared memory, one for each block that solves them.
double large_bytes(Row width, const PlannedDevice& device)
{
    if (tiles_of(width) <= bin_tiles[large_bin - 1]) return 0;
    return least_blocks(large_bin) * device.multiprocessors * system_bytes(width);
}

double retried_bytes(const SolvedSide& side, Row width)
{
    const auto largest = static_cast<double>(std::min<Offset>(side.entries, side.fixed_rows));
    const double rows = std::min(largest, std::max(1.0, std::floor(0x1p16 / static_cast<double>(width))));
    return rows * floats(static_cast<double>(width) + 1);
}

double workspace_bytes(const RankLoad& load, Row width, const PlannedDevice& device)
{
    const auto w = static_cast<double>(width);
    double bytes = 16.0 * static_cast<double>(triangle_size(width)) + 8 * w * w;  // Gramian, Q
    for (const SolvedSide& side : sides_of(load)) {
        bytes += rows_bytes(side) + chunks_bytes(side, width) + large_bytes(width, device) +
                 retried_bytes(side, width) + floats(w);
        if (device.precision == Precision::bf16) bytes += 2 * static_cast<double>(side.fixed_rows) * w;
    }
    return bytes;
}

}  // namespace

MemoryPlan plan_device_memory(const RankLoad& load, const MemorySettings& settings, const PlannedDevice& device)
{
    return {{{"factors on the GPU", factors_bytes(load, settings.width)},
             {"interactions on the GPU", static_cast<double>((load.by_user + load.by_item) * settings.kept_bytes)},
             {"workspace on the GPU", workspace_bytes(load, settings.width, device)}},
            "sweeps"};
}

double streaming_device_memory(const RankLoad& load, const MemorySettings& settings, const PlannedDevice& device)
{
    return factors_bytes(load, settings.width) + least_beside_factors(load, settings, device);
}

double least_device_memory(const RankLoad& load, const MemorySettings& settings, const PlannedDevice& device)
{
    return floats(static_cast<double>(largest_matrix(load) * settings.width)) +
           least_beside_factors(load, settings, device);
}

double least_beside_factors(const RankLoad& load, const MemorySettings& settings, const PlannedDevice& device)
{
    double bytes = workspace_bytes(load, settings.width, device);
    for (const SolvedSide& side : sides_of(load))
        bytes += static_cast<double>(std::min(side.entries, 2 * side.fixed_rows) * settings.kept_bytes);
    return bytes;
}

Row largest_matrix(const RankLoad& load)
{
    return std::max({load.users, load.items, load.user_table, load.item_table});
}

}  // namespace alster
