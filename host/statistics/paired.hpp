#pragma once
#include <cstdint>
#include <span>

#include "host/statistics/interval.hpp"

namespace alster {

/// What two systems did for the same units: for each unit the second's value less the first's.
struct PairedDifferences {
    std::span<const std::uint64_t> keys;  // (units) each unit's own number: what it draws depends on nothing else
    std::span<const double> values;       // (units)
};

/// A mean difference, and how sure it is.
struct PairedDifference {
    double mean = 0;
    Interval interval;         // Poisson bootstrap over units, 2000 replicates
    double p = 1;              // two-sided, of the sign-flip test: nothing but chance gave the differences their signs
    std::int64_t units = 0;    // of which there may be none: everything is 0 then, and p is 1
    std::int64_t changed = 0;  // units whose value differs at all
};

inline constexpr int bootstrap_replicates = 2000;
inline constexpr int sign_flips = 9984;  // and the signs as they are: 9985 in all

/// The same bits for any number of threads.
///
/// p = (1 + flips with |Σ ±d| ≥ |Σ d|) / (1 + flips). With up to 13 units that differ, all flips are counted instead:
/// p is then exact.
[[nodiscard]] PairedDifference paired_difference(const PairedDifferences& differences, std::uint64_t seed);

}  // namespace alster
