#pragma once
#include <Random123/philox.h>

#include <array>
#include <cstdint>

#include "data/synthetic/portable_math.hpp"

namespace alster::synthetic {

/// What a sequence of random numbers is for: sequences of different purposes are independent.
enum class Purpose : std::uint32_t { item, affinity, topic, permutation, activity, taste, events, viewer, sale };

/// Counter-based random numbers: the n-th number depends on (seed, purpose, index, n) alone, so any user or item can be
/// drawn at any time, on any machine, in any order.
class Random {
public:
    Random(std::uint64_t seed, Purpose purpose, std::uint64_t index)
        : key_{{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}},
          counter_{{0, static_cast<std::uint32_t>(purpose), static_cast<std::uint32_t>(index),
                    static_cast<std::uint32_t>(index >> 32)}}
    {
    }

    [[nodiscard]] std::uint32_t bits()
    {
        if (used_ == 4) {
            block_ = r123::Philox4x32()(counter_, key_);
            counter_[0] += 1;
            used_ = 0;
        }
        return block_[used_++];
    }

    /// In (0, 1), both ends excluded.
    [[nodiscard]] double uniform() { return (bits() + 0.5) * 0x1p-32; }

    [[nodiscard]] bool chance(double probability) { return uniform() < probability; }

    /// In 0 … n − 1 with a relative bias of n·2⁻³² at most, for n up to 2³².
    [[nodiscard]] std::int64_t below(std::int64_t n)
    {
        return static_cast<std::int64_t>((static_cast<std::uint64_t>(bits()) * static_cast<std::uint64_t>(n)) >> 32);
    }

    /// Mean 0, variance 1, bell-shaped within ±2√3: the sum of four uniform numbers.
    [[nodiscard]] double bell()
    {
        double sum = -2;
        for (int k = 0; k < 4; ++k) sum += uniform();
        return sum * std::numbers::sqrt3;
    }

    [[nodiscard]] double exponential() { return -portable_log(uniform()); }

    /// Gamma of shape a in (0, 1], scale 1, by Ahrens and Dieter's rejection (1974), which needs no normal numbers.
    [[nodiscard]] double gamma(double a)
    {
        constexpr double e = std::numbers::e;
        const double b = (e + a) / e;
        for (;;) {
            const double p = b * uniform();
            const double accept = uniform();
            const double x = p <= 1 ? portable_pow(p, 1 / a) : -portable_log((b - p) / a);
            const double height = p <= 1 ? portable_exp(-x) : portable_pow(x, a - 1);
            if (accept <= height) return x;
        }
    }

private:
    r123::Philox4x32::key_type key_;
    r123::Philox4x32::ctr_type counter_;
    r123::Philox4x32::ctr_type block_{};
    unsigned used_ = 4;
};

}  // namespace alster::synthetic
