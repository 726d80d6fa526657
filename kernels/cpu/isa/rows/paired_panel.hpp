#pragma once
#include <immintrin.h>

#include "kernels/cpu/isa/rows/panel.hpp"

namespace alster::ALSTER_ISA {

/// A term of two products of bf16, whose pairs lie in the 32 bits of a float: a + p q + p' q', rounded to fp32 once
/// for each product.
struct PlusPair {
    static __m512 add(__m512 a, __m512 p, float q)
    {
        return _mm512_dpbf16_ps(a, (__m512bh)p, (__m512bh)_mm512_set1_ps(q));
    }
    static __m256 add(__m256 a, __m256 p, float q)
    {
        return _mm256_dpbf16_ps(a, (__m256bh)p, (__m256bh)_mm256_set1_ps(q));
    }
};

/// A panel of bf16, two rows in one: row k lies in the lower half of the words of row k / 2 where k is even, else in
/// the upper half. √c y is rounded once more where c ≠ 1, and b is summed from what was rounded: so the row's system
/// is that of its rounded entries on both sides.
struct PairedPanel : GatheredRows<16, PairedPanel, std::uint16_t> {
    using Term = PlusPair;
    using T = Tiles<16>;
    using Vector = T::Vector;

    static constexpr std::int64_t steps(std::int64_t rows) { return (rows + 1) / 2; }

    static Vector put(float* strip, std::int64_t k, Vector v)
    {
        float* pair = strip + k / 2 * 16;
        const Vector rounded = nearest_bf16(v);
        const auto upper = reinterpret_cast<Words>(rounded);
        const Words word = k % 2 ? reinterpret_cast<Words>(T::load(pair)) | upper : upper >> 16;
        T::store(pair, reinterpret_cast<Vector>(word));
        return rounded;
    }

private:
    using Words = Lanes<16>::Words;
};

}  // namespace alster::ALSTER_ISA
