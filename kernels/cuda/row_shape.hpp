#pragma once
#include <algorithm>

#include "data/interactions.hpp"
#include "kernels/cuda/triangle.hpp"

namespace alster {

/// Rows are solved in bins by the number of 32×32 tiles along their system: up to 1, 2, 4, 8, or any (large).
inline constexpr int bin_tiles[] = {1, 2, 4, 8};
inline constexpr int large_bin = 4;
inline constexpr int bins = 5;

/// A primal row with more entries is assembled in chunks of as many, each by a block of its own: the last block of a
/// launch that is still at work has no more than this before it (docs/decisions.md).
inline constexpr Offset entries_per_chunk = 8192;

/// Chunks that are assembled at a time, unless one row has more.
inline constexpr std::size_t most_chunks = 1024;

/// A panel has this many words along the sum; each is one entry (or factor), or two of them in bf16.
inline constexpr int panel_words = 32;

/// Of a dual panel: a stride of 4 (mod 32) lets fragments be read without bank conflicts.
inline constexpr int dual_stride = panel_words + 4;

/// How the block of a bin is made: a warp holds `held` tiles of the triangle in registers.
template <int Bin>
struct Shape {
    static constexpr int tiles = bin_tiles[Bin];
    static constexpr int warps = Bin == 0 ? 1 : Bin == 1 ? 3 : Bin == 2 ? 5 : 12;
    static constexpr int held = (tile_pairs(tiles) + warps - 1) / warps;
    static constexpr int threads = 32 * warps;
    static constexpr int primal_stride = tile * tiles + 8;
    static constexpr int panel_floats =
        panel_words * primal_stride > tile* tiles* dual_stride ? panel_words* primal_stride : tile* tiles* dual_stride;
};

/// A row of a large system is assembled in squares of 4×4 tiles.
template <>
struct Shape<large_bin> {
    static constexpr int tiles = 4;
    static constexpr int warps = 8;
    static constexpr int held = tiles * tiles / warps;
    static constexpr int threads = 32 * warps;
    static constexpr int primal_stride = tile * tiles + 8;
    static constexpr int panel_floats = tile * tiles * dual_stride;  // that of the dual form is the larger
};

/// Blocks of a bin that a multiprocessor is to hold at least, for which the compiler keeps to fewer registers: what one
/// block waits for (a panel on its way, 32 serial steps of a tile) the others hide. It holds as many as their warps
/// find registers, of which each quarter of a multiprocessor hands out 16,384: of 10 warps 3 are in one, for which a
/// thread may have 168. Twelve warps of so many fill it alone, as do large systems' blocks. scripts/check_kernels.py
/// holds the kernels to it.
[[nodiscard]] constexpr int least_blocks(int bin) { return bin == 0 ? 16 : bin == 1 ? 5 : bin == 2 ? 2 : 1; }

/// A block's dynamic shared memory, in floats: panels and then the triangle (large systems: tiles passing through), and
/// vectors.
struct RowMemory {
    int panel;
    int order;  // padded to tiles
    int width;

    [[nodiscard]] constexpr std::size_t bytes() const
    {
        return (static_cast<std::size_t>(panel) + 2 * order + width + 2 * panel_words) * sizeof(float);
    }
};

/// What a block of the row solver has of shared memory besides; scripts/check_kernels.py holds the kernels to it.
inline constexpr std::size_t static_shared_bytes = 256;

/// Tiles of a column of a large system that all rows are multiplied with at a time, where there is room for them; each
/// warp has one more passing through.
inline constexpr int most_large_columns = 12;

[[nodiscard]] constexpr int large_panel(int columns)
{
    return std::max(2 * Shape<large_bin>::panel_floats, (columns + Shape<large_bin>::warps) * tile_floats);
}

/// The memory of a system of `order` in a bin of blocks that may have `shared_bytes`, which may turn out too few. Fewer
/// columns at a time leave a large system's bits as they are.
template <int Bin>
[[nodiscard]] constexpr RowMemory row_memory(std::int64_t order, Row width, std::size_t shared_bytes)
{
    const int tiles = tiles_of(order);
    RowMemory memory{0, tiles * tile, static_cast<int>(width)};
    if constexpr (Bin == large_bin) {
        int columns = most_large_columns;
        const auto fits = [&] {
            memory.panel = large_panel(columns);
            return memory.bytes() + static_shared_bytes <= shared_bytes;
        };
        while (!fits() && columns > 1) --columns;
    } else {
        memory.panel = std::max(Shape<Bin>::panel_floats, static_cast<int>(triangle_floats(tiles)));
    }
    return memory;
}

/// The order that a block of the bin has room for: dual systems of one launch differ in theirs.
template <int Bin>
[[nodiscard]] constexpr std::int64_t order_of(bool dual, Row width)
{
    return dual && Bin != large_bin ? Shape<Bin>::tiles * tile : static_cast<std::int64_t>(width);
}

template <int Bin>
[[nodiscard]] constexpr bool fits(int tiles, bool dual, Row width, std::size_t shared_bytes)
{
    const RowMemory memory = row_memory<Bin>(order_of<Bin>(dual, width), width, shared_bytes);
    return tiles <= Shape<Bin>::tiles && memory.bytes() + static_shared_bytes <= shared_bytes;
}

/// The bin of a system of this many tiles along a side on a device whose blocks may have `shared_bytes`: a device with
/// less of it solves more rows as large ones.
[[nodiscard]] constexpr int bin_of(int tiles, bool dual, Row width, std::size_t shared_bytes)
{
    return fits<0>(tiles, dual, width, shared_bytes)   ? 0
           : fits<1>(tiles, dual, width, shared_bytes) ? 1
           : fits<2>(tiles, dual, width, shared_bytes) ? 2
           : fits<3>(tiles, dual, width, shared_bytes) ? 3
                                                       : large_bin;
}

}  // namespace alster
