#pragma once
#include <cstdint>

#include "kernels/cpu/isa/basis_kernel.hpp"

namespace alster::ALSTER_ISA {

typedef double Doubles __attribute__((vector_size(ALSTER_LANES / 2 * sizeof(double))));
typedef std::int64_t Integers __attribute__((vector_size(ALSTER_LANES / 2 * sizeof(std::int64_t))));

/// To the nearest, those between two integers away from 0; beyond 2^52, where doubles are integers, it may be one off.
inline Integers nearest(Doubles x)
{
    const Integers sign = reinterpret_cast<Integers>(x) & (std::int64_t{1} << 63);
    const Integers half = reinterpret_cast<Integers>(Doubles{} + 0.5);
    return __builtin_convertvector(x + reinterpret_cast<Doubles>(half | sign), Integers);
}

/// The limbs of an ExactSum over the lower triangle of a (width, width) matrix, packed by rows: splits terms as that
/// does, but in registers, and adds them where they belong.
class Limbs {
public:
    Limbs(std::int64_t* limbs, std::int64_t width, double quantum)
        : high_(limbs),
          low_(limbs + width * (width + 1) / 2),
          quantum_(quantum),
          inverse_(1 / quantum),
          low_scale_(inverse_ * static_cast<double>(std::int64_t{1} << BasisKernel::low_bits))
    {
    }

    /// Adds the first `count` of the terms to row a from column b on.
    template <int vectors>
    void add(const Doubles (&terms)[vectors], std::int64_t a, std::int64_t b, std::int64_t count)
    {
        std::int64_t at = a * (a + 1) / 2 + b;
        for (int v = 0; v < vectors && count > 0; ++v, at += lanes, count -= lanes) {
            const Integers high = nearest(terms[v] * inverse_);
            // exact: both are multiples of the last bit of the term; at most 1, for which 2^26 lows leave room
            const Doubles rest = terms[v] - __builtin_convertvector(high, Doubles) * quantum_;
            const Integers low = nearest(rest * low_scale_);
            add(high, high_ + at, count);
            add(low, low_ + at, count);
        }
    }

private:
    static constexpr std::int64_t lanes = ALSTER_LANES / 2;

    static void add(Integers part, std::int64_t* limbs, std::int64_t count)
    {
        if (count >= lanes) {
            Integers sum;
            __builtin_memcpy(&sum, limbs, sizeof sum);
            sum += part;
            __builtin_memcpy(limbs, &sum, sizeof sum);
        } else {
            for (int c = 0; c < count; ++c) limbs[c] += part[c];
        }
    }

    std::int64_t* high_;
    std::int64_t* low_;
    double quantum_;
    double inverse_;
    double low_scale_;
};

}  // namespace alster::ALSTER_ISA
