#include "data/synthetic/alias_table.hpp"

#include <algorithm>

namespace alster::synthetic {

namespace {

/// A share in [0, 1] of 2³²; a whole cell has itself as alias, so the one value that is short of it does no harm.
std::uint32_t threshold_of(double share)
{
    return static_cast<std::uint32_t>(std::clamp(share * 0x1p32, 0.0, 0x1p32 - 1));
}

}  // namespace

AliasTable::AliasTable(std::span<const float> weights) : cells_(weights.size())
{
    double total = 0;
    for (const float w : weights) total += w;
    const double scale = static_cast<double>(weights.size()) / total;

    std::vector<double> share(weights.size());  // of one cell; the mean is 1
    std::vector<std::int32_t> poor, rich;
    for (std::size_t k = 0; k < weights.size(); ++k) {
        share[k] = weights[k] * scale;
        const auto value = static_cast<std::int32_t>(k);
        cells_[k] = {threshold_of(1), value};
        (share[k] < 1 ? poor : rich).push_back(value);
    }
    while (!poor.empty() && !rich.empty()) {
        const auto small = poor.back(), large = rich.back();
        poor.pop_back();
        cells_[small].threshold = threshold_of(share[small]);
        cells_[small].alias = large;
        share[large] -= 1 - share[small];
        if (share[large] < 1) {
            rich.pop_back();
            poor.push_back(large);
        }
    }
}

}  // namespace alster::synthetic
