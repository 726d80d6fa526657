#pragma once
#include <algorithm>

#include "data/interactions.hpp"

namespace alster {

/// What solving a row of n interactions costs, in multiply-adds, the cheaper form taken (docs/mathematics.md, "Cost"):
///   primal n w²/2 + w³/6,   dual n² w/2 + n³/6,   and the passes over n·w gathered elements that both need.
[[nodiscard]] inline double row_cost(Offset n, Row width)
{
    const auto entries = static_cast<double>(n);
    const auto w = static_cast<double>(width);
    const double primal = entries * w * w / 2 + w * w * w / 6;
    const double dual = entries * entries * w / 2 + entries * entries * entries / 6;
    constexpr double passes = 4;  // gather, transposition or right-hand side, residual; in fp32 lanes about this many
    constexpr double overhead = 64;  // an empty row still has its factors written
    return std::min(primal, dual) + passes * entries * w + overhead;
}

}  // namespace alster
