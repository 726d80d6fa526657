#pragma once
// What gpu_floors times: kernels that do one thing only.
#include "kernels/cuda/cholesky.cuh"
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/mma.cuh"

namespace alster {

__global__ void empty_kernel() {}

__global__ void copy_kernel(const float4* from, float4* to, std::int64_t count)
{
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t k = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; k < count; k += step)
        to[k] = from[k];
}

/// Each group of row_bytes / 16 threads sums rows at random places, four at a time in flight.
__global__ void gather_kernel(const float4* table, unsigned rows, unsigned group, unsigned rows_of_group, float* sink)
{
    const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    const unsigned lane = thread % group;
    const unsigned first = thread / group * rows_of_group;
    float sum = 0;
#pragma unroll 4
    for (unsigned k = 0; k < rows_of_group; ++k) {
        const unsigned row = __umulhi((first + k) * 0x9e3779b9U, rows);  // a hash, scaled to the rows: no division
        const float4 four = table[static_cast<std::int64_t>(row) * group + lane];
        sum += four.x + four.y + four.z + four.w;
    }
    if (sum == -1) sink[0] = sum;  // never: it keeps the loads
}

/// Chains of products of 16×8 by 8 (tf32) or 16 (bf16), eight of them independent.
template <bool Bf16>
__global__ void multiply_kernel(int count, float* sink)
{
    Sums sums[8] = {};
    const Fragment a{{1, 1, 1, 1}};
    for (int k = 0; k < count; ++k)
#pragma unroll
        for (auto& sum : sums) {
            if constexpr (Bf16)
                mma_bf16(sum, a, 1, 1);
            else
                mma_tf32(sum, a, 1, 1);
        }
    float all = 0;
    for (const auto& sum : sums) all += sum[0] + sum[1] + sum[2] + sum[3];
    if (all == -1) sink[0] = all;
}

/// Chains of fused multiply-adds, eight of them independent.
template <class T>
__global__ void fma_kernel(int count, T factor, float* sink)
{
    T sums[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    for (int k = 0; k < count; ++k)
#pragma unroll
        for (T& sum : sums) sum = fma(sum, factor, factor);
    T all = 0;
    for (const T sum : sums) all += sum;
    if (all == -1) sink[0] = 1;
}

inline constexpr int shared_words = 1024;  // of 16 bytes

/// Reads 16 bytes a thread and turn out of shared memory, without bank conflicts. `step` is only known at run time:
/// otherwise the reads would be moved out of the loop.
__global__ void shared_kernel(int count, unsigned step, float* sink)
{
    SHARED(float4, words, [shared_words]);
    for (unsigned k = threadIdx.x; k < shared_words; k += blockDim.x) words[k] = {1, 1, 1, 1};
    __syncthreads();
    unsigned at = threadIdx.x % shared_words;
    float sum = 0;
#pragma unroll 8
    for (int k = 0; k < count; ++k) {
        const float4 four = words[at];
        at = (at + step) % shared_words;
        sum += four.x + four.y + four.z + four.w;
    }
    if (sum == -1) sink[0] = sum;
}

/// Dynamic shared memory of cholesky_kernel, in floats.
template <int Bin>
inline constexpr std::size_t cholesky_floats = triangle_floats(Shape<Bin>::tiles) + 2 * tile* Shape<Bin>::tiles;

/// The largest systems of a bin, one after another: each is written to shared memory (order on the diagonal, else 1; a
/// right-hand side of 1), factored and solved by the row solver's own code, by as many threads as there. The last
/// solutions go to `solution` (blocks, order).
template <int Bin>
__global__ void __launch_bounds__(Shape<Bin>::threads, least_blocks(Bin)) cholesky_kernel(int count, float* solution)
{
    constexpr int tiles = Shape<Bin>::tiles;
    constexpr int order = tile * tiles;
    DYNAMIC_SHARED(float, triangle);
    SHARED(int, failed, [1]);
    float* right = triangle + triangle_floats(tiles);
    const System system{triangle, right, right + order, failed, tiles};
    if (threadIdx.x == 0) failed[0] = 0;
    for (int k = 0; k < count; ++k) {
        for (std::size_t e = threadIdx.x; e < triangle_floats(tiles); e += blockDim.x) triangle[e] = 1;
        for (unsigned a = threadIdx.x; a < order; a += blockDim.x) right[a] = 1;
        __syncthreads();
        for (int a = static_cast<int>(threadIdx.x); a < order; a += static_cast<int>(blockDim.x))
            tile_at(triangle, a / tile, a / tile)[a % tile * (tile_stride + 1)] = order;
        __syncthreads();
        solve_system(system);
        __syncthreads();
    }
    for (unsigned a = threadIdx.x; a < order; a += blockDim.x)
        solution[blockIdx.x * order + a] = failed[0] ? 0 : right[a];
}

}  // namespace alster
