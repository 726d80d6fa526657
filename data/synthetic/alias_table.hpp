#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/synthetic/random.hpp"

namespace alster::synthetic {

/// Draws 0 … n − 1 with given weights in constant time (Walker's alias method, built by Vose's two stacks).
class AliasTable {
public:
    /// Weights ≥ 0, not all 0, at most 2^31 of them.
    explicit AliasTable(std::span<const float> weights);

    [[nodiscard]] std::int32_t draw(Random& random) const
    {
        const auto own = static_cast<std::int32_t>(random.below(static_cast<std::int64_t>(cells_.size())));
        return random.bits() < cells_[own].threshold ? own : cells_[own].alias;
    }

private:
    struct Cell {
        std::uint32_t threshold = 0;  // the cell's own number is kept where the bits lie below, the alias else
        std::int32_t alias = 0;
    };
    std::vector<Cell> cells_;
};

}  // namespace alster::synthetic
