#pragma once
#include "kernels/cuda/dual_row.cuh"
#include "kernels/cuda/primal_row.cuh"
#include "kernels/cuda/row_launch.hpp"

namespace alster {

/// Writes a warp's tiles; p ↦ (i, j) is `place`, `diagonal(a)` is added to element (a, a).
template <int Held, class Place, class Diagonal>
__device__ void store_tiles(Accumulator (&sums)[Held], float* triangle, Place place, Diagonal diagonal)
{
#pragma unroll
    for (int h = 0; h < Held; ++h) {
        const TilePair at = place(h);
        if (at.i < 0) continue;
        float* to = tile_at(triangle, at.i, at.j);
        for_each_element(sums[h], [&](int r, int c, float value) {
            to[r * tile_stride + c] = at.i == at.j && r == c ? value + diagonal(at.i * tile + r) : value;
        });
    }
}

/// The triangle of a system of at most Shape<Bin>::tiles tiles, and its right-hand side, from one pass over the row.
/// The panel may lie where the triangle will: `to` is written when the panel is done with.
template <Precision P, int Bin, bool Dual, class Diagonal>
__device__ void assemble(const RowProblem& problem, const RowTask& task, Entries entries, int tiles, float* panel,
                         float* goals, float* right, float* to, Diagonal diagonal)
{
    using S = Shape<Bin>;
    constexpr int word_stride = Dual ? 1 : S::primal_stride;
    constexpr int column_stride = Dual ? dual_stride : 1;
    const int warp = static_cast<int>(threadIdx.x / 32);
    const auto place = [&](int h) {
        const int p = warp + h * S::warps;
        return p < tile_pairs(tiles) ? tile_pair(p) : TilePair{-1, -1};
    };
    Accumulator sums[S::held];
    PrimalPanel<P> primal{panel, goals, S::primal_stride};
    const Offset end = Dual ? static_cast<Offset>(problem.width) : entries.last;
    for (Offset at = Dual ? 0 : entries.first; at < end; at += panel_numbers<P>) {
        if constexpr (Dual)
            stage_dual<P>(problem, task, at, 0, tile * tiles, panel);
        else
            primal.stage(problem, task, at, entries.last, 0, tile * tiles);
        __syncthreads();
        if constexpr (!Dual) primal.add_right(right, tile * tiles);
#pragma unroll
        for (int h = 0; h < S::held; ++h)
            if (const TilePair tiles_at = place(h); tiles_at.i >= 0)
                multiply<P, word_stride, column_stride>(sums[h], panel + tiles_at.i * tile * column_stride,
                                                        panel + tiles_at.j * tile * column_stride, panel_words);
        __syncthreads();
    }
    store_tiles(sums, to, place, diagonal);
    __syncthreads();
}

/// The same for a large system, whose triangle lies in global memory: square by square of 4×4 tiles, each from a pass
/// over the row's entries (or factors) of its own. `memory` holds the panels of the square's rows and columns.
template <Precision P, bool Dual, class Diagonal>
__device__ void assemble_large(const RowProblem& problem, const RowTask& task, Entries entries, int tiles,
                               float* memory, float* goals, float* right, float* to, Diagonal diagonal)
{
    using S = Shape<large_bin>;
    constexpr int word_stride = Dual ? 1 : S::primal_stride;
    constexpr int column_stride = Dual ? dual_stride : 1;
    const int warp = static_cast<int>(threadIdx.x / 32);
    float* row_panel = memory;
    float* column_panel = memory + S::panel_floats;
    PrimalPanel<P> rows{row_panel, goals, S::primal_stride};
    PrimalPanel<P> columns{column_panel, goals, S::primal_stride};
    const Offset end = Dual ? static_cast<Offset>(problem.width) : entries.last;
    for (int p = 0; p < tile_pairs((tiles + S::tiles - 1) / S::tiles); ++p) {
        const TilePair square = tile_pair(p);
        const int i = square.i * S::tiles;
        const int j = square.j * S::tiles;
        const auto place = [&](int h) {
            const int k = warp + h * S::warps;
            const TilePair at{i + k / S::tiles, j + k % S::tiles};
            return at.i < tiles && at.j <= at.i ? at : TilePair{-1, -1};
        };
        Accumulator sums[S::held];
        for (Offset at = Dual ? 0 : entries.first; at < end; at += panel_numbers<P>) {
            if constexpr (Dual) {
                stage_dual<P>(problem, task, at, i * tile, (i + S::tiles) * tile, row_panel);
                stage_dual<P>(problem, task, at, j * tile, (j + S::tiles) * tile, column_panel);
            } else {
                rows.stage(problem, task, at, entries.last, i * tile, (i + S::tiles) * tile);
                columns.stage(problem, task, at, entries.last, j * tile, (j + S::tiles) * tile);
            }
            __syncthreads();
            if (!Dual && i == j) rows.add_right(right + i * tile, min(S::tiles, tiles - i) * tile);
#pragma unroll
            for (int h = 0; h < S::held; ++h)
                if (const TilePair tile_place = place(h); tile_place.i >= 0)
                    multiply<P, word_stride, column_stride>(
                        sums[h], row_panel + (tile_place.i - i) * tile * column_stride,
                        column_panel + (tile_place.j - j) * tile * column_stride, panel_words);
            __syncthreads();
        }
        store_tiles(sums, to, place, diagonal);
    }
    __syncthreads();
}

}  // namespace alster
