#include "host/evaluate/popularity.hpp"

#include <algorithm>
#include <numeric>

namespace alster {

Popularity::Popularity(std::span<const std::int32_t> counts) : counts_(counts.size()), order_(counts.size())
{
    std::transform(counts.begin(), counts.end(), counts_.begin(), [](auto count) { return static_cast<float>(count); });
    std::iota(order_.begin(), order_.end(), 0);
    std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
}

TopK Popularity::lists(const Interactions* seen, Row rows, Row k) const
{
    TopK result(rows, k);
#pragma omp parallel for schedule(dynamic, 64)
    for (Row r = 0; r < rows; ++r) {
        const auto left_out = seen ? seen->columns_of(r) : std::span<const Column>();
        Row filled = 0;
        for (const auto item : order_) {
            if (filled == k) break;
            if (std::ranges::binary_search(left_out, item)) continue;
            result.items[r * k + filled] = item;
            result.scores[r * k + filled++] = counts_[item];
        }
        result.filled[r] = static_cast<std::int32_t>(filled);
    }
    return result;
}

std::vector<std::int32_t> interaction_counts(const DatasetReader& dataset)
{
    const auto offsets = dataset.offsets(Part::train, Side::items, {0, dataset.info().items});
    std::vector<std::int32_t> counts;
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
        counts.push_back(static_cast<std::int32_t>(offsets[i + 1] - offsets[i]));
    return counts;
}

}  // namespace alster
