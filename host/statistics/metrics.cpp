#include "host/statistics/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace alster {

namespace {

/// Each item that is not relevant gains the relevant ones in front of it. Those behind the list have all that were found
/// in front of them, and of the others one half on average.
double area_under_curve(std::span<const std::uint8_t> hits, Row relevant, Row candidates)
{
    double found = 0, missed = 0, area = 0;
    for (const auto hit : hits) {
        found += hit;
        missed += 1 - hit;
        if (hit == 0) area += found;
    }
    const auto positives = static_cast<double>(relevant), negatives = static_cast<double>(candidates - relevant);
    if (negatives <= 0) return 1;
    area += (positives + found) / 2 * (negatives - missed);
    return area / (positives * negatives);
}

}  // namespace

RankingScores ranking_scores(std::span<const std::uint8_t> hits, Row relevant, Row candidates, Row k)
{
    double found = 0;
    double gain = 0;
    double ideal_gain = 0;
    double precisions = 0;
    double reciprocal = 0;
    const Row possible = std::min(k, relevant);
    const Row length = std::min(k, static_cast<Row>(hits.size()));
    for (Row n = 0; n < std::max(length, possible); ++n) {
        const double discount = 1 / std::log2(static_cast<double>(n) + 2);
        if (n < possible) ideal_gain += discount;
        if (n >= length || !hits[n]) continue;
        found += 1;
        gain += discount;
        precisions += found / static_cast<double>(n + 1);
        if (reciprocal == 0) reciprocal = 1 / static_cast<double>(n + 1);
    }
    return {found / static_cast<double>(possible),
            found / static_cast<double>(relevant),
            found / static_cast<double>(k),
            found > 0 ? 1.0 : 0.0,
            gain / ideal_gain,
            precisions / static_cast<double>(possible),
            reciprocal,
            area_under_curve(hits.first(static_cast<std::size_t>(length)), relevant, candidates)};
}

std::vector<std::uint8_t> find_hits(std::span<const std::int32_t> list, std::span<const Column> relevant)
{
    std::vector<std::uint8_t> hits;
    hits.reserve(list.size());
    for (const auto item : list) hits.push_back(std::ranges::binary_search(relevant, item));
    return hits;
}

}  // namespace alster
