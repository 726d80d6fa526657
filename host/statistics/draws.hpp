#pragma once
#include <array>
#include <cstdint>

#include "data/id_hash.hpp"

namespace alster {

/// Random numbers by hashes: draw n of a unit depends on (seed, key of the unit, n) alone, so neither the order of
/// units nor the number of ranks and threads changes it.
class Draws {
public:
    Draws(std::uint64_t seed, std::uint64_t key) : stream_(mixed_bits(seed ^ mixed_bits(key))) {}

    [[nodiscard]] std::uint64_t bits(std::uint64_t n) const { return mixed_bits(stream_ + n); }

    /// How often the unit counts in bootstrap replicate n: Poisson of mean 1.
    [[nodiscard]] double poisson(std::uint64_t n) const
    {
        const auto uniform = static_cast<std::uint32_t>(bits(n));
        int weight = 0;
        for (const auto step : steps) weight += uniform >= step;
        return weight;
    }

    static constexpr std::uint32_t largest_weight = 8;  // P(w > 8) is 1e-6: such a draw counts 8

private:
    /// P(w ≤ n) as fractions of 2³².
    static constexpr std::array<std::uint32_t, largest_weight> steps = [] {
        std::array<std::uint32_t, largest_weight> sums{};
        double term = 0.36787944117144233;  // e⁻¹
        double sum = 0;
        for (std::uint32_t n = 0; n < largest_weight; ++n) {
            sum += term;
            sums[n] = static_cast<std::uint32_t>(sum * 0x1p32);
            term /= n + 1;
        }
        return sums;
    }();

    std::uint64_t stream_;
};

}  // namespace alster
