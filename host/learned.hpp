#pragma once
#include <algorithm>
#include <span>

#include "data/interactions.hpp"

namespace alster {

/// Whether training has learned anything of a row. It has not where the row's factors, and its own bias, are all zero:
/// there were no interactions, or none that says anything. `served` is the row as a model file has it: for explicit
/// feedback [x, b, 1] of users and [y, 1, b] of items, whose 1 is no factor.
[[nodiscard]] inline bool has_learned(Side side, std::span<const float> served, bool is_explicit)
{
    const auto any = [](std::span<const float> values) {
        return std::ranges::any_of(values, [](float value) { return value != 0; });
    };
    if (!is_explicit) return any(served);
    const float bias = served[served.size() - (side == Side::users ? 2 : 1)];
    return bias != 0 || any(served.first(served.size() - 2));
}

}  // namespace alster
