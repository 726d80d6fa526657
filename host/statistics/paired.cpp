#include "host/statistics/paired.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "host/statistics/draws.hpp"

namespace alster {

namespace {

constexpr int flips_per_draw = 64;                // bits of one draw
constexpr int most_exact = 13;                    // 2^13 flips are fewer than are drawn else
constexpr std::uint64_t flips_from = 1ULL << 32;  // numbers of the draws that flip: behind those of the bootstrap

std::vector<Draws> draws_of(std::span<const std::uint64_t> keys, std::uint64_t seed)
{
    std::vector<Draws> draws;
    draws.reserve(keys.size());
    for (const auto key : keys) draws.emplace_back(seed, key);
    return draws;
}

/// A replicate in which no unit was drawn has no mean, and is left out.
Interval bootstrap(std::span<const Draws> draws, std::span<const double> values)
{
    std::vector<double> means(bootstrap_replicates, std::numeric_limits<double>::quiet_NaN());
#pragma omp parallel for schedule(static)
    for (int b = 0; b < bootstrap_replicates; ++b) {
        double weights = 0;
        double sum = 0;
        for (std::size_t u = 0; u < values.size(); ++u) {
            const double weight = draws[u].poisson(static_cast<std::uint64_t>(b) + 1);
            weights += weight;
            sum += weight * values[u];
        }
        if (weights > 0) means[b] = sum / weights;
    }
    std::erase_if(means, [](double mean) { return std::isnan(mean); });
    return percentile_interval(std::move(means));
}

/// Units that differ: the others do not change a sum, whatever their sign.
struct Changed {
    std::vector<Draws> draws;
    std::vector<double> values;
    double bound = 0;  // |Σ d|, less what rounding may take from an equal sum

    Changed(std::span<const Draws> all, std::span<const double> differences)
    {
        for (std::size_t u = 0; u < differences.size(); ++u) {
            if (differences[u] == 0) continue;
            draws.push_back(all[u]);
            values.push_back(differences[u]);
        }
        const double sizes = std::accumulate(values.begin(), values.end(), 0.0,
                                             [](double sum, double value) { return sum + std::abs(value); });
        bound = std::abs(std::accumulate(values.begin(), values.end(), 0.0)) - 1e-12 * sizes;
    }
};

double exact_p(const Changed& changed)
{
    const auto flips = std::uint32_t{1} << changed.values.size();
    std::int64_t extreme = 0;
    for (std::uint32_t signs = 0; signs < flips; ++signs) {
        double sum = 0;
        for (std::size_t u = 0; u < changed.values.size(); ++u)
            sum += (signs >> u & 1) != 0 ? changed.values[u] : -changed.values[u];
        extreme += std::abs(sum) >= changed.bound;
    }
    return static_cast<double>(extreme) / flips;
}

/// Of 64 flips that one draw of every unit gives, those that are as extreme.
int extreme_flips(const Changed& changed, std::uint64_t draw)
{
    std::array<double, flips_per_draw> sums{};
    for (std::size_t u = 0; u < changed.values.size(); ++u) {
        const std::uint64_t bits = changed.draws[u].bits(flips_from + draw);
        const auto value = std::bit_cast<std::uint64_t>(changed.values[u]);
        for (int n = 0; n < flips_per_draw; ++n) sums[n] += std::bit_cast<double>(value ^ (bits >> n & 1) << 63);
    }
    int extreme = 0;
    for (const double sum : sums) extreme += std::abs(sum) >= changed.bound;
    return extreme;
}

double sampled_p(const Changed& changed)
{
    std::int64_t extreme = 1;
#pragma omp parallel for schedule(static) reduction(+ : extreme)
    for (int draw = 0; draw < sign_flips / flips_per_draw; ++draw)
        extreme += extreme_flips(changed, static_cast<std::uint64_t>(draw));
    return static_cast<double>(extreme) / (1 + sign_flips);
}

}  // namespace

PairedDifference paired_difference(const PairedDifferences& differences, std::uint64_t seed)
{
    PairedDifference result;
    result.units = std::ssize(differences.values);
    if (result.units == 0) return result;
    const auto draws = draws_of(differences.keys, seed);
    const Changed changed(draws, differences.values);
    result.changed = std::ssize(changed.values);
    result.mean =
        std::accumulate(differences.values.begin(), differences.values.end(), 0.0) / static_cast<double>(result.units);
    result.interval = bootstrap(draws, differences.values);
    result.p = result.changed <= most_exact ? exact_p(changed) : sampled_p(changed);
    return result;
}

}  // namespace alster
