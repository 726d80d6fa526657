#pragma once
#include "kernels/cuda/mma.cuh"
#include "kernels/cuda/triangle.hpp"
#include "kernels/precision.hpp"

namespace alster {

template <class T>  // float or const float
__device__ T* tile_at(T* triangle, int i, int j)
{
    return triangle + static_cast<std::size_t>(tile_pairs(i) + j) * tile_floats;
}

/// The tile row of the p-th tile of a triangle, and its column.
struct TilePair {
    int i;
    int j;
};
__device__ inline TilePair tile_pair(int p)
{
    int i = 0;
    while (tile_pairs(i + 1) <= p) ++i;
    return {i, p - tile_pairs(i)};
}

/// One tile in a warp's registers, as 2×4 C operands of a tensor core: rows 16m …, columns 8n ….
struct Accumulator {
    Sums part[2][4] = {};
};

__device__ inline int element_row(int m, int e) { return 16 * m + 8 * (e / 2) + lane_id() / 4; }
__device__ inline int element_column(int n, int e) { return 8 * n + 2 * (lane_id() % 4) + e % 2; }

/// f(row, column, element) for the 32 elements of this lane.
template <class F>
__device__ void for_each_element(Accumulator& sums, F f)
{
#pragma unroll
    for (int m = 0; m < 2; ++m)
#pragma unroll
        for (int n = 0; n < 4; ++n)
#pragma unroll
            for (int e = 0; e < 4; ++e) f(element_row(m, e), element_column(n, e), sums.part[m][n][e]);
}

__device__ inline void add(Accumulator& sums, const Accumulator& more)
{
#pragma unroll
    for (int m = 0; m < 2; ++m)
#pragma unroll
        for (int n = 0; n < 4; ++n)
#pragma unroll
            for (int e = 0; e < 4; ++e) sums.part[m][n][e] += more.part[m][n][e];
}

/// 16 columns of the panel from `at`, 8 words along the sum.
template <int WordStride, int ColumnStride>
__device__ Fragment load_fragment(const float* at)
{
    const int g = lane_id() / 4;
    const int t = lane_id() % 4;
    at += t * WordStride + g * ColumnStride;
    return {at[0], at[8 * ColumnStride], at[4 * WordStride], at[4 * WordStride + 8 * ColumnStride]};
}

/// sums += R Cᵀ by fused multiply-adds. R and C are 32 columns of a panel, `words` long along the sum.
template <int WordStride, int ColumnStride>
__device__ void multiply_fp32(Accumulator& sums, const float* rows, const float* columns, int words)
{
    for (int k = 0; k < words; ++k, rows += WordStride, columns += WordStride) {
        float r[4];
        float c[8];
#pragma unroll
        for (int h = 0; h < 4; ++h) r[h] = rows[element_row(h / 2, h % 2 * 2) * ColumnStride];
#pragma unroll
        for (int h = 0; h < 8; ++h) c[h] = columns[element_column(h / 2, h % 2) * ColumnStride];
#pragma unroll
        for (int m = 0; m < 2; ++m)
#pragma unroll
            for (int n = 0; n < 4; ++n)
#pragma unroll
                for (int e = 0; e < 4; ++e)
                    sums.part[m][n][e] = fmaf(r[2 * m + e / 2], c[2 * n + e % 2], sums.part[m][n][e]);
    }
}

/// A fragment as the sum of two of tf32 numbers; what is lost is 2^-22 of an element.
__device__ inline void split(const Fragment& whole, Fragment& high, Fragment& low)
{
#pragma unroll
    for (int k = 0; k < 4; ++k) {
        high.word[k] = to_tf32(whole.word[k]);
        low.word[k] = to_tf32(whole.word[k] - high.word[k]);
    }
}

/// The same by three tf32 products: (h + l)(h' + l') ≈ l h' + h l' + h h', smallest first.
template <int WordStride, int ColumnStride>
__device__ void multiply_tf32x3(Accumulator& sums, const float* rows, const float* columns, int words)
{
    for (int k = 0; k < words; k += 8, rows += 8 * WordStride, columns += 8 * WordStride) {
        Fragment row_high[2], row_low[2], high[2], low[2];
#pragma unroll
        for (int m = 0; m < 2; ++m) {
            split(load_fragment<WordStride, ColumnStride>(rows + 16 * m * ColumnStride), row_high[m], row_low[m]);
            split(load_fragment<WordStride, ColumnStride>(columns + 16 * m * ColumnStride), high[m], low[m]);
        }
#pragma unroll
        for (int m = 0; m < 2; ++m)
#pragma unroll
            for (int n = 0; n < 4; ++n) {
                const Fragment& h = high[n / 2];
                const Fragment& l = low[n / 2];
                mma_tf32(sums.part[m][n], row_low[m], h.word[n % 2], h.word[n % 2 + 2]);
                mma_tf32(sums.part[m][n], row_high[m], l.word[n % 2], l.word[n % 2 + 2]);
                mma_tf32(sums.part[m][n], row_high[m], h.word[n % 2], h.word[n % 2 + 2]);
            }
    }
}

template <int WordStride, int ColumnStride>
__device__ void multiply_bf16(Accumulator& sums, const float* rows, const float* columns, int words)
{
    for (int k = 0; k < words; k += 8, rows += 8 * WordStride, columns += 8 * WordStride) {
        Fragment row[2], column[2];
#pragma unroll
        for (int m = 0; m < 2; ++m) {
            row[m] = load_fragment<WordStride, ColumnStride>(rows + 16 * m * ColumnStride);
            column[m] = load_fragment<WordStride, ColumnStride>(columns + 16 * m * ColumnStride);
        }
#pragma unroll
        for (int m = 0; m < 2; ++m)
#pragma unroll
            for (int n = 0; n < 4; ++n)
                mma_bf16(sums.part[m][n], row[m], column[n / 2].word[n % 2], column[n / 2].word[n % 2 + 2]);
    }
}

/// sums += R Cᵀ over one panel. A tensor core cuts its sums off instead of rounding them, which would add up over a
/// long row: the panel is summed by itself and added in fp32.
template <Precision P, int WordStride, int ColumnStride>
__device__ void multiply(Accumulator& sums, const float* rows, const float* columns, int words)
{
    Accumulator panel;
    if constexpr (P == Precision::fp32) multiply_fp32<WordStride, ColumnStride>(panel, rows, columns, words);
    if constexpr (P == Precision::tf32x3) multiply_tf32x3<WordStride, ColumnStride>(panel, rows, columns, words);
    if constexpr (P == Precision::bf16) multiply_bf16<WordStride, ColumnStride>(panel, rows, columns, words);
    add(sums, panel);
}

}  // namespace alster
