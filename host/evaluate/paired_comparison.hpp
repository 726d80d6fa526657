#pragma once
#include <string>
#include <vector>

#include "host/evaluate/user_values.hpp"
#include "host/statistics/paired.hpp"
#include "host/statistics/verdict.hpp"

namespace alster {

/// How two systems are compared.
struct ComparisonRules {
    double practical = 0.01;         // a difference is of use from this share of the base's mean on
    std::int64_t least_users = 100;  // a slice of fewer is not judged
    bool false_discoveries = false;  // adjust p by Benjamini and Hochberg, not by Holm
    std::uint64_t seed = 1;
};

/// Two systems on the users of one slice. Means are over these users.
struct SliceComparison {
    std::string slice;  // "everybody", "activity"
    std::string label;  // "low"; empty: everybody
    double base = 0;
    double other = 0;
    PairedDifference difference = {};  // other − base
    double adjusted_p = 1;             // for the number of slices; everybody's is its own p
    double threshold = 0;              // share of the base's mean over these users
    Verdict verdict = Verdict::cannot_tell;
};

/// One system against another.
struct SystemComparison {
    std::string base;
    std::string other;
    SliceComparison everybody = {};
    std::vector<SliceComparison> slices = {};  // of at least least_users
    std::vector<std::string> too_small = {};   // "activity: none (12 users)"
};

/// Compares two of the measured systems by their numbers in values.systems. Everybody's verdict is the one that was
/// asked for; those of slices have p values that are adjusted for their number.
[[nodiscard]] SystemComparison compare_systems(const UserValues& values, std::size_t base, std::size_t other,
                                               const ComparisonRules& rules);

}  // namespace alster
