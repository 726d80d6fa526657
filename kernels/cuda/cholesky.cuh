#pragma once
#include "kernels/cuda/row_shape.hpp"
#include "kernels/cuda/tiles.cuh"
#include "kernels/pivots.hpp"

namespace alster {

/// A row's system S z = r in a block's hands: S as a triangle of tiles (tiles.cuh) in shared or global memory, r as a
/// vector that becomes z. `inverse` gets 1 / L_kk; `failed` is set where a pivot is not positive, or too small a share
/// of its diagonal element (kernels/pivots.hpp).
struct System {
    float* triangle;
    float* right;    // (32 tiles)
    float* inverse;  // (32 tiles)
    int* failed;
    int tiles;
};

/// What the pivots must be above, into `inverse`. The block leaves together.
__device__ inline void set_least_pivots(const System& s)
{
    for (int a = static_cast<int>(threadIdx.x); a < s.tiles * tile; a += static_cast<int>(blockDim.x))
        s.inverse[a] = least_pivot_share * tile_at(s.triangle, a / tile, a / tile)[a % tile * (tile_stride + 1)];
    __syncthreads();
}

/// L Lᵀ = S for one tile, by one warp: lane r has row r in registers, finished columns are read from the tile.
/// inverse: at first what the pivots must be above.
__device__ inline void factor_tile(float* S, float* inverse, int* failed)
{
    const int lane = lane_id();
    const float least = inverse[lane];
    float row[tile];
#pragma unroll
    for (int c = 0; c < tile; ++c) row[c] = S[lane * tile_stride + c];
    __syncwarp();
#pragma unroll
    for (int k = 0; k < tile; ++k) {
        if (lane == k && !(row[k] > least)) *failed = 1;
        float pivot = __shfl_sync(~0U, row[k], k);
        if (!(pivot > 0)) pivot = 1;
        const float reciprocal = 1 / sqrtf(pivot);
        row[k] *= reciprocal;
        if (lane == k) inverse[k] = reciprocal;
        if (lane >= k) S[lane * tile_stride + k] = row[k];
        __syncwarp();
#pragma unroll
        for (int c = k + 1; c < tile; ++c) row[c] = fmaf(-row[k], S[c * tile_stride + k], row[c]);
    }
}

/// v ← v L⁻ᵀ for one row v of 32, where L is a factored tile.
__device__ inline void forward_row(const float* L, const float* inverse, float* v)
{
    float solved[tile];
#pragma unroll
    for (int k = 0; k < tile; ++k) {
        float value = v[k];
#pragma unroll
        for (int c = 0; c < k; ++c) value = fmaf(-solved[c], L[k * tile_stride + c], value);
        solved[k] = value * inverse[k];
    }
#pragma unroll
    for (int k = 0; k < tile; ++k) v[k] = solved[k];
}

/// Solves tile column k below its diagonal, and the right-hand side, which takes part like one more row. `L` is tile
/// (k, k) factored.
__device__ inline void forward_column(const System& s, const float* L, int k)
{
    const int below = (s.tiles - k - 1) * tile;
    for (int r = static_cast<int>(threadIdx.x); r <= below; r += static_cast<int>(blockDim.x)) {
        float* row =
            r == below ? s.right + k * tile : tile_at(s.triangle, k + 1 + r / tile, k) + r % tile * tile_stride;
        forward_row(L, s.inverse + k * tile, row);
    }
}

/// right_j −= L_jk right_k for the tiles below k.
__device__ inline void update_right(const System& s, int k)
{
    for (int r = static_cast<int>(threadIdx.x); r < (s.tiles - k - 1) * tile; r += static_cast<int>(blockDim.x)) {
        const float* row = tile_at(s.triangle, k + 1 + r / tile, k) + r % tile * tile_stride;
        float value = s.right[(k + 1) * tile + r];
        for (int c = 0; c < tile; ++c) value = fmaf(-row[c], s.right[k * tile + c], value);
        s.right[(k + 1) * tile + r] = value;
    }
}

/// target −= rows columnsᵀ, one tile by one warp.
__device__ inline void update_tile(float* target, const float* rows, const float* columns)
{
    Accumulator product;
    multiply_fp32<1, tile_stride>(product, rows, columns, tile);
    for_each_element(product, [&](int r, int c, float value) { target[r * tile_stride + c] -= value; });
}

/// z ← L⁻ᵀ z, last tile first; one warp solves a tile, then all threads take it out of the tiles before.
__device__ inline void backward(const System& s)
{
    for (int k = s.tiles - 1; k >= 0; --k) {
        const float* L = tile_at(s.triangle, k, k);
        float* z = s.right + k * tile;
        if (threadIdx.x < 32) {
            float mine = z[lane_id()];
            for (int c = tile - 1; c >= 0; --c) {
                const float solved = __shfl_sync(~0U, mine, c) * s.inverse[k * tile + c];
                if (lane_id() == c) mine = solved;
                if (lane_id() < c) mine = fmaf(-L[c * tile_stride + lane_id()], solved, mine);
            }
            z[lane_id()] = mine;
        }
        __syncthreads();
        for (int c = static_cast<int>(threadIdx.x); c < k * tile; c += static_cast<int>(blockDim.x)) {
            const float* column = tile_at(s.triangle, k, c / tile) + c % tile;
            float value = s.right[c];
            for (int r = 0; r < tile; ++r) value = fmaf(-column[r * tile_stride], z[r], value);
            s.right[c] = value;
        }
        __syncthreads();
    }
}

/// Solves a system whose triangle lies in shared memory. The block enters and leaves together; between, right-looking:
/// factor tile (k, k), solve the column below it, take its product out of the rest. order³/3 flop.
__device__ inline void solve_system(const System& s)
{
    const int warp = static_cast<int>(threadIdx.x / 32);
    const int warps = static_cast<int>(blockDim.x / 32);
    set_least_pivots(s);
    for (int k = 0; k < s.tiles; ++k) {
        float* L = tile_at(s.triangle, k, k);
        if (warp == 0) factor_tile(L, s.inverse + k * tile, s.failed);
        __syncthreads();
        forward_column(s, L, k);
        __syncthreads();
        const int rest = s.tiles - k - 1;
        for (int p = warp; p < tile_pairs(rest); p += warps) {
            const TilePair at = tile_pair(p);
            const int i = k + 1 + at.i;
            const int j = k + 1 + at.j;
            update_tile(tile_at(s.triangle, i, j), tile_at(s.triangle, i, k), tile_at(s.triangle, j, k));
        }
        update_right(s, k);
        __syncthreads();
    }
    backward(s);
}

__device__ inline void copy_tile(float* to, const float* from, int thread, int threads)
{
    for (int e = thread; e < tile_floats; e += threads) to[e] = from[e];
}

/// The product of tile column k taken out of the rest, through shared memory: groups of columns j stay, rows i pass.
__device__ inline void update_large(const System& s, int k, float* memory, int columns)
{
    const int warp = static_cast<int>(threadIdx.x / 32);
    const int warps = static_cast<int>(blockDim.x / 32);
    float* mine = memory + (columns + warp) * tile_floats;
    for (int first = k + 1; first < s.tiles; first += columns) {
        const int last = min(first + columns, s.tiles);
        for (int j = first + warp; j < last; j += warps)
            copy_tile(memory + (j - first) * tile_floats, tile_at(s.triangle, j, k), lane_id(), 32);
        __syncthreads();
        for (int i = first + warp; i < s.tiles; i += warps) {
            copy_tile(mine, tile_at(s.triangle, i, k), lane_id(), 32);
            __syncwarp();
            for (int j = first; j < last && j <= i; ++j)
                update_tile(tile_at(s.triangle, i, j), mine, memory + (j - first) * tile_floats);
            __syncwarp();
        }
        __syncthreads();
    }
}

/// solve_system for a triangle too large for shared memory: it lies in global memory (most of it in the second-level
/// cache), tiles pass through shared memory, of which there are `floats`.
__device__ inline void solve_large_system(const System& s, float* memory, int floats)
{
    const int columns = min(floats / tile_floats - static_cast<int>(blockDim.x / 32), most_large_columns);
    set_least_pivots(s);
    for (int k = 0; k < s.tiles; ++k) {
        float* diagonal = tile_at(s.triangle, k, k);
        copy_tile(memory, diagonal, static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x));
        __syncthreads();
        if (threadIdx.x < 32) factor_tile(memory, s.inverse + k * tile, s.failed);
        __syncthreads();
        copy_tile(diagonal, memory, static_cast<int>(threadIdx.x), static_cast<int>(blockDim.x));
        forward_column(s, memory, k);
        __syncthreads();
        update_right(s, k);
        update_large(s, k, memory, columns);
    }
    backward(s);
}

}  // namespace alster
