#pragma once
#include <algorithm>

#include "data/interactions.hpp"

namespace alster {

/// What solving a row of n interactions costs, in multiply-adds, the cheaper form taken (docs/mathematics.md, "Cost"):
///   primal n w²/2 + w³/6,   dual n² w/2 + n³/6,   and the passes over n·w gathered elements that both need.
/// Where steps of conjugate gradients are asked for, what all rows wait for is their elements: then in the time of so
/// many multiply-adds, as measured for the border between steps and exact rows (cpu/isa/rows/row_forms.hpp).
class RowCost {
public:
    RowCost(Row width, int cg_steps = 0) : width_(width), cg_steps_(cg_steps) {}

    [[nodiscard]] Row width() const { return width_; }

    [[nodiscard]] double operator()(Offset n) const
    {
        const auto entries = static_cast<double>(n);
        const auto w = static_cast<double>(width_);
        const double primal = entries * w * w / 2 + w * w * w / 6;
        const double dual = entries * entries * w / 2 + entries * entries * entries / 6;
        const double exact = std::min(primal, dual) + passes * entries * w;
        if (cg_steps_ == 0) return exact + overhead;
        const double waited = exact + waiting * entries * w;
        return (n > 16 ? std::min(waited, (20 + 7.5 * cg_steps_) * entries * w) : waited) + overhead;
    }

private:
    static constexpr double passes = 4;  // gather, transposition or right-hand side, residual; in fp32 lanes so many
    static constexpr double waiting = 60;
    static constexpr double overhead = 64;  // an empty row still has its factors written

    Row width_;
    int cg_steps_;
};

}  // namespace alster
