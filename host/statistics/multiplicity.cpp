#include "host/statistics/multiplicity.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace alster {

namespace {

/// Positions of the values, the smallest first.
std::vector<std::size_t> ascending(std::span<const double> p)
{
    std::vector<std::size_t> order(p.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t n) { return p[n]; });
    return order;
}

}  // namespace

std::vector<double> holm(std::span<const double> p)
{
    std::vector<double> adjusted(p.size());
    double largest = 0;
    const auto order = ascending(p);
    for (std::size_t place = 0; place < order.size(); ++place) {
        largest = std::max(largest, static_cast<double>(p.size() - place) * p[order[place]]);
        adjusted[order[place]] = std::min(1.0, largest);
    }
    return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<const double> p)
{
    std::vector<double> adjusted(p.size());
    double least = 1;
    const auto order = ascending(p);
    for (std::size_t place = order.size(); place > 0; --place) {
        const std::size_t n = order[place - 1];
        least = std::min(least, static_cast<double>(p.size()) / static_cast<double>(place) * p[n]);
        adjusted[n] = least;
    }
    return adjusted;
}

}  // namespace alster
