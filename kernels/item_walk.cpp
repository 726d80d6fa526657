#include "kernels/item_walk.hpp"

#include <cmath>

namespace alster {

void ItemWalk::append(std::span<const Scored> neighbours)
{
    for (const Scored& one : neighbours) {
        items.push_back(one.item);
        weights.push_back(one.score);
    }
    offsets.push_back(static_cast<Offset>(items.size()));
}

WalkScales::WalkScales(std::span<const Offset> counts, double b)
{
    for (const Offset count : counts) {
        const auto n = static_cast<double>(count);
        source.push_back(count > 0 ? std::pow(n, -b - 0.5) : 0);
        target.push_back(count > 0 ? std::pow(n, b - 0.5) : 0);
    }
}

}  // namespace alster
