// Compiled once for each instruction set: ALSTER_ISA names it, ALSTER_LANES is the number of floats in a register.
#include "kernels/cpu/row_solver.hpp"

#include "kernels/cpu/dual_row.hpp"
#include "kernels/cpu/primal_row.hpp"

namespace alster::ALSTER_ISA {

namespace {

constexpr int lanes = ALSTER_LANES;
constexpr int few_lanes = lanes < 8 ? lanes : 8;  // for rows so short that a full tile would be mostly padding

/// The dual form costs n²w + n³/3 against nw² + w³/3 and pays for a transposition besides: measured, it wins up to n ≈
/// 7/8 w.
bool dual_is_cheaper(std::int64_t n, std::int64_t width) { return n * 8 <= width * 7; }

std::size_t workspace(std::int64_t width)
{
    const std::int64_t primal = PrimalRow<lanes>::workspace(width);
    const std::int64_t dual = DualRow<lanes>::workspace(width, width);
    return static_cast<std::size_t>(primal > dual ? primal : dual);
}

RowResult solve(const RowContext& context, const RowTask& task, float* memory, float* x)
{
    if (!dual_is_cheaper(task.n, context.width)) return PrimalRow<lanes>::solve(context, task, memory, x);
    if (task.n <= few_lanes) return DualRow<few_lanes>::solve(context, task, memory, x);
    return DualRow<lanes>::solve(context, task, memory, x);
}

void assemble(const RowContext& context, const RowTask& task, float* memory, float* equations)
{
    PrimalRow<lanes>::assemble(context, task, memory, equations);
}

double residual(const RowContext& context, const RowTask& task, float* memory, const float* x)
{
    return PrimalRow<lanes>::residual(context, task, memory, x);
}

}  // namespace

RowSolver row_solver() { return {workspace, solve, assemble, residual}; }

}  // namespace alster::ALSTER_ISA
