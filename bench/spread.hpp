#pragma once
#include <algorithm>
#include <vector>

namespace alster {

/// The least, the median and the greatest of some measurements, of which there is at least one.
struct Spread {
    double least;
    double median;
    double greatest;

    explicit Spread(std::vector<double> values)
    {
        std::ranges::sort(values);
        least = values.front();
        median = values[values.size() / 2];
        greatest = values.back();
    }
};

}  // namespace alster
