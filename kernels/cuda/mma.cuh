#pragma once
#include <cstdint>

#include "kernels/cuda/gpu.hpp"

namespace alster {

/// Words 0 … 3 of a tensor core's A operand, 16 columns of the system by 8 words along the sum. A word is one tf32
/// number or two bf16 numbers that follow each other along the sum. Of lane (g = lane / 4, t = lane mod 4):
///   word 0: (column g, word t)   1: (g + 8, t)   2: (g, t + 4)   3: (g + 8, t + 4)
/// Words 0, 2 and 1, 3 are the B operands of its first and last 8 columns: one load serves both sides of P Pᵀ.
/// (PTX ISA, "Matrix fragments for mma.m16n8k8" with .tf32, and "mma.m16n8k16" with .bf16.)
struct Fragment {
    float word[4];
};

/// C operand, 16 × 8 fp32: elements (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1).
using Sums = float[4];

__device__ inline int lane_id() { return static_cast<int>(threadIdx.x % 32); }

/// The upper half of a float, rounded to nearest, ties to even. NaN stays NaN.
__device__ inline unsigned bf16_bits(float value)
{
    const unsigned bits = __float_as_uint(value);
    if ((bits & 0x7fffffffU) > 0x7f800000U) return 0x7fffU;
    return (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
}

__device__ inline float bf16_value(unsigned bits) { return __uint_as_float(bits << 16); }

/// Two numbers, rounded, as one word; the first in the lower half.
__device__ inline float bf16_pair(float first, float second)
{
    return __uint_as_float(bf16_bits(first) | bf16_bits(second) << 16);
}

/// The first (half 0) or second number of a word.
__device__ inline float bf16_of(float pair, int half)
{
    const unsigned bits = __float_as_uint(pair);
    return bf16_value(half ? bits >> 16 : bits & 0xffffU);
}

/// Rounded to the 10 explicit bits of tf32, ties away from zero, as cvt.rna does.
__device__ inline float to_tf32(float value)
{
    return __uint_as_float((__float_as_uint(value) + 0x1000U) & 0xffffe000U);
}

#ifdef __CUDACC__

__device__ inline void mma_tf32(Sums& sums, const Fragment& a, float b0, float b1)
{
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(__float_as_uint(a.word[0])), "r"(__float_as_uint(a.word[1])), "r"(__float_as_uint(a.word[2])),
          "r"(__float_as_uint(a.word[3])), "r"(__float_as_uint(b0)), "r"(__float_as_uint(b1)));
}

__device__ inline void mma_bf16(Sums& sums, const Fragment& a, float b0, float b1)
{
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(__float_as_uint(a.word[0])), "r"(__float_as_uint(a.word[1])), "r"(__float_as_uint(a.word[2])),
          "r"(__float_as_uint(a.word[3])), "r"(__float_as_uint(b0)), "r"(__float_as_uint(b1)));
}

#else

/// The twin on a CPU: lanes show each other their operands and each sums up its four elements. `dot` multiplies words.
template <class Dot>
void mma_twin(Sums& sums, const Fragment& a, float b0, float b1, Dot dot)
{
    SHARED(float, operands, [32][32][6]);
    auto& warp = operands[threadIdx.x / 32];
    const int lane = lane_id();
    for (int k = 0; k < 4; ++k) warp[lane][k] = a.word[k];
    warp[lane][4] = b0;
    warp[lane][5] = b1;
    __syncwarp();
    const int g = lane / 4;
    const int t = lane % 4;
    for (int e = 0; e < 4; ++e) {
        const int column = 2 * t + e % 2;
        float sum = 0;
        for (int k = 0; k < 8; ++k)
            sum += dot(warp[g * 4 + k % 4][(k / 4) * 2 + e / 2], warp[column * 4 + k % 4][4 + k / 4]);
        sums[e] += sum;
    }
    __syncwarp();
}

inline void mma_tf32(Sums& sums, const Fragment& a, float b0, float b1)
{
    // a tensor core drops the bits below tf32: a test must see what an operand that was not rounded would cost
    const auto cut = [](float word) { return __uint_as_float(__float_as_uint(word) & 0xffffe000U); };
    mma_twin(sums, a, b0, b1, [&](float x, float y) { return cut(x) * cut(y); });
}

inline void mma_bf16(Sums& sums, const Fragment& a, float b0, float b1)
{
    mma_twin(sums, a, b0, b1,
             [](float x, float y) { return bf16_of(x, 0) * bf16_of(y, 0) + bf16_of(x, 1) * bf16_of(y, 1); });
}

#endif

}  // namespace alster
