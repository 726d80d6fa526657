#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "data/interactions.hpp"
#include "kernels/host_matrix.hpp"

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

/// The same of every row of a table.
[[nodiscard]] inline std::vector<std::uint8_t> learned_rows(Side side, FactorTable served, bool is_explicit)
{
    std::vector<std::uint8_t> learned;
    for (Row r = 0; r < served.rows; ++r)
        learned.push_back(has_learned(side, {served.row(r), static_cast<std::size_t>(served.width)}, is_explicit));
    return learned;
}

}  // namespace alster
