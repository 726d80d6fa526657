#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

namespace alster {

/// A range that holds an unknown number in 95 of 100 experiments, unless its maker says otherwise.
struct Interval {
    double low = 0;
    double high = 0;
};

/// The 2.5 % and 97.5 % quantiles of bootstrap replicates, at least one.
[[nodiscard]] inline Interval percentile_interval(std::vector<double> replicates)
{
    std::sort(replicates.begin(), replicates.end());
    const std::size_t cut = replicates.size() / 40;
    return {replicates[cut], replicates[replicates.size() - 1 - cut]};
}

}  // namespace alster
