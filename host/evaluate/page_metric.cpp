#include "host/evaluate/page_metric.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace alster {

PageGain page_gain(const std::vector<std::vector<std::int32_t>>& rows, std::span<const std::int32_t> relevant)
{
    std::map<std::int32_t, std::size_t> nearest;  // row + column of each relevant title on the page
    std::vector<std::size_t> places;              // row + column of each place
    for (std::size_t r = 0; r < rows.size(); ++r)
        for (std::size_t c = 0; c < rows[r].size(); ++c) {
            const std::size_t diagonal = r + c + 2;
            places.push_back(diagonal);
            if (!std::ranges::binary_search(relevant, rows[r][c])) continue;
            const auto [met, fresh] = nearest.try_emplace(rows[r][c], diagonal);
            met->second = std::min(met->second, diagonal);
        }
    const auto discount = [](std::size_t diagonal) { return 1 / std::log2(static_cast<double>(diagonal)); };
    PageGain result;
    for (const auto& [item, diagonal] : nearest) result.gain += discount(diagonal);
    std::ranges::sort(places);
    for (std::size_t n = 0; n < std::min(places.size(), relevant.size()); ++n) result.ideal += discount(places[n]);
    return result;
}

}  // namespace alster
