#include "host/statistics/exposure.hpp"

#include <algorithm>

namespace alster {

/// The overlap of all pairs needs no pairs: an item in n lists is common to n (n − 1) ordered pairs.
Exposure exposure_of(std::vector<std::int64_t> places, std::int64_t lists, std::int64_t k)
{
    std::ranges::sort(places);
    const auto items = static_cast<double>(places.size());
    double filled = 0, ranked = 0, common = 0;
    std::int64_t used = 0;
    for (std::size_t n = 0; n < places.size(); ++n) {
        const auto count = static_cast<double>(places[n]);
        used += std::int64_t{places[n] > 0};
        filled += count;
        ranked += (2 * static_cast<double>(n + 1) - items - 1) * count;
        common += count * (count - 1);
    }
    const double pairs = static_cast<double>(lists) * static_cast<double>(lists - 1);
    Exposure result;
    if (!places.empty()) result.coverage = static_cast<double>(used) / items;
    if (filled > 0) result.gini = ranked / (items * filled);
    if (pairs > 0) result.overlap = common / (pairs * static_cast<double>(k));
    return result;
}

}  // namespace alster
