#include "host/statistics/list_similarity.hpp"

#include <algorithm>
#include <vector>

namespace alster {

namespace {

/// An item with the depths that its tie covers: it is among the first d with probability
/// (d − begin) / (end − begin), cut to [0, 1].
struct Placed {
    std::int32_t item = 0;
    std::int64_t begin = 0;
    std::int64_t end = 0;

    [[nodiscard]] double chance(std::int64_t d) const
    {
        if (d >= end) return 1;
        return d <= begin ? 0 : static_cast<double>(d - begin) / static_cast<double>(end - begin);
    }
};

/// Different items by number, with their places counted without repetitions.
std::vector<Placed> placed(const OrderedItems& list)
{
    std::vector<std::size_t> order(list.items.size());
    for (std::size_t n = 0; n < order.size(); ++n) order[n] = n;
    std::ranges::stable_sort(order, {}, [&](std::size_t n) { return list.items[n]; });
    const auto repeats = std::ranges::unique(order, {}, [&](std::size_t n) { return list.items[n]; });
    order.erase(repeats.begin(), repeats.end());
    std::ranges::sort(order);

    std::vector<Placed> items;
    const auto tied = [&](std::size_t a, std::size_t b) {
        return !list.scores.empty() && list.scores[a] == list.scores[b];
    };
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
        do {
            ++end;
        } while (end < order.size() && tied(order[begin], order[end]));
        for (std::size_t n = begin; n < end; ++n)
            items.push_back({list.items[order[n]], static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)});
    }
    std::ranges::sort(items, {}, &Placed::item);
    return items;
}

/// (longest + 1) X_d: the expected number of common items among the first d of both; X_0 = 0.
std::vector<double> overlaps(const std::vector<Placed>& a, const std::vector<Placed>& b)
{
    const auto longest = static_cast<std::int64_t>(std::max(a.size(), b.size()));
    std::vector<double> whole(longest + 1), partly(longest + 1);
    for (auto in_a = a.begin(), in_b = b.begin(); in_a != a.end() && in_b != b.end();) {
        if (in_a->item < in_b->item) {
            ++in_a;
        } else if (in_b->item < in_a->item) {
            ++in_b;
        } else {
            const auto certain = std::max(in_a->end, in_b->end);
            whole[certain] += 1;
            for (auto d = std::max(in_a->begin, in_b->begin) + 1; d < certain; ++d)
                partly[d] += in_a->chance(d) * in_b->chance(d);
            ++in_a;
            ++in_b;
        }
    }
    double found = 0;
    for (std::int64_t d = 0; d <= longest; ++d) {
        found += whole[d];
        partly[d] += found;
    }
    return partly;
}

}  // namespace

ListSimilarity list_similarity(const OrderedItems& a, const OrderedItems& b, double p)
{
    const auto placed_a = placed(a), placed_b = placed(b);
    const std::size_t shorter = std::min(placed_a.size(), placed_b.size());
    const std::size_t longer = std::max(placed_a.size(), placed_b.size());
    if (longer == 0) return {1, 1, 1, 1};
    if (shorter == 0) return {};
    const auto common = overlaps(placed_a, placed_b);
    const auto s = static_cast<double>(shorter), l = static_cast<double>(longer);
    const double at_shorter = common[shorter], in_all = common[longer];

    ListSimilarity result;
    double weight = 1;  // p^(d−1)
    double beyond = 0;  // what the shorter list would have had next
    for (std::size_t n = 1; n <= longer; ++n, weight *= p) {
        const auto d = static_cast<double>(n);
        result.rbo_truncated += (1 - p) * weight * common[n] / d;
        result.average_overlap += common[n] / d;
        if (n > shorter) beyond += (1 - p) * weight * at_shorter * (d - s) / (s * d);
    }
    result.rbo = std::min(1.0, result.rbo_truncated + beyond + ((in_all - at_shorter) / l + at_shorter / s) * weight);
    result.average_overlap /= l;  // of equal lists l / l
    result.jaccard = in_all / (s + l - in_all);
    return result;
}

}  // namespace alster
