#include "kernels/reference/item_walk.hpp"

#include <algorithm>

namespace alster {

namespace {

double steps_between(const Histories& histories, Row i, Row j)
{
    double sum = 0;
    for (Row v = 0; v < histories.rows.rows(); ++v) {
        const auto items = histories.rows.columns_of(v);
        if (std::ranges::binary_search(items, i) && std::ranges::binary_search(items, j)) sum += histories.steps[v];
    }
    return sum;
}

}  // namespace

ItemWalk reference_item_walk(const Histories& histories, const ItemWalkRule& rule, RowRange sources)
{
    const WalkScales scales(histories.counts, rule.b);
    ItemWalk walk;
    for (Row i = sources.first; i < sources.last; ++i) {
        std::vector<Scored> found;
        for (Row j = 0; j < std::ssize(histories.counts); ++j) {
            const double weight = scales.source[i] * (steps_between(histories, i, j) * scales.target[j]);
            if (j != i && static_cast<float>(weight) > 0)
                found.push_back({static_cast<float>(weight), static_cast<std::int32_t>(j)});
        }
        std::sort(found.begin(), found.end());
        found.resize(std::min(found.size(), static_cast<std::size_t>(rule.most)));
        walk.append(found);
    }
    return walk;
}

}  // namespace alster
