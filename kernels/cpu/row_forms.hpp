#pragma once
#include "kernels/cpu/dual_row.hpp"
#include "kernels/cpu/primal_row.hpp"

namespace alster::ALSTER_ISA {

constexpr int lanes = ALSTER_LANES;
constexpr int few_lanes = lanes < 8 ? lanes : 8;  // for rows so short that a full tile would be mostly padding

/// The dual form costs n²w + n³/3 against nw² + w³/3 and pays for a transposition besides: measured, it wins up to n ≈
/// 7/8 w.
inline bool dual_is_cheaper(std::int64_t n, std::int64_t width) { return n * 8 <= width * 7; }

/// A row solver whose primal form gathers into panels of this kind.
template <class Panel>
struct RowForms {
    using Element = typename Panel::Element;
    using Primal = PrimalRow<lanes, Panel>;
    using Dual = DualRow<lanes, Element>;
    using ShortDual = DualRow<few_lanes, Element>;

    static RowSolver solver() { return {workspace, solve, Primal::assemble, Primal::residual}; }

private:
    static std::size_t workspace(std::int64_t width)
    {
        const std::int64_t primal = Primal::workspace(width);
        const std::int64_t dual = Dual::workspace(width, width);
        return static_cast<std::size_t>(primal > dual ? primal : dual);
    }

    static RowResult solve(const RowContext& context, const RowTask& task, float* memory, float* x)
    {
        if (!dual_is_cheaper(task.n, context.width)) return Primal::solve(context, task, memory, x);
        if (task.n <= few_lanes) return ShortDual::solve(context, task, memory, x);
        return Dual::solve(context, task, memory, x);
    }
};

}  // namespace alster::ALSTER_ISA
