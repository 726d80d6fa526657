#pragma once
#include <immintrin.h>

#include "kernels/cpu/panel.hpp"

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
struct PairedPanel {
    using Element = std::uint16_t;
    using Term = PlusPair;
    using T = Tiles<16>;
    using Vector = T::Vector;

    static constexpr std::int64_t steps(std::int64_t rows) { return (rows + 1) / 2; }

    static void put(float* panel, std::int64_t k, const Element* y, float root, const RowContext& context,
                    std::int64_t padded)
    {
        float* row = panel + k / 2 * padded;
        for (std::int64_t a = 0; a < padded; a += 16) {
            const Vector rounded = round(root * part(context, y, a));
            const Words upper = reinterpret_cast<Words>(rounded);
            const Words word = k % 2 ? reinterpret_cast<Words>(T::load(row + a)) | upper : upper >> 16;
            T::store(row + a, reinterpret_cast<Vector>(word));
        }
    }

    static Vector load(const float* panel, std::int64_t k, std::int64_t a, std::int64_t padded)
    {
        const Words word = reinterpret_cast<Words>(T::load(panel + k / 2 * padded + a));
        return reinterpret_cast<Vector>(k % 2 ? word & 0xffff0000U : word << 16);
    }

private:
    using Words = Lanes<16>::Words;

    /// Elements a … a + 16, zeros behind the last; the bias of the fixed row acts as 1.
    static Vector part(const RowContext& context, const Element* y, std::int64_t a)
    {
        const std::int64_t last = context.width - 1;
        if (a + 16 <= last || (a + 16 == context.width && !context.biased)) return load_row<16>(y + a);
        float elements[16] = {};
        for (std::int64_t i = 0; i < 16 && a + i <= last; ++i) elements[i] = widen(y[a + i]);
        if (context.biased && last < a + 16) elements[last - a] = 1;
        Vector v;
        __builtin_memcpy(&v, elements, sizeof v);
        return v;
    }

    /// To the nearest bf16, ties to even, as the upper half of an fp32.
    static Vector round(Vector v)
    {
        const Words bits = reinterpret_cast<Words>(v);
        return reinterpret_cast<Vector>((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000U);
    }
};

}  // namespace alster::ALSTER_ISA
