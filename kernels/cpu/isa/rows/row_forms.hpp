#pragma once
#include "kernels/cpu/isa/rows/cg_row.hpp"
#include "kernels/cpu/isa/rows/dual_row.hpp"
#include "kernels/cpu/isa/rows/primal_row.hpp"
#include "kernels/dual_form.hpp"

namespace alster::ALSTER_ISA {

constexpr int lanes = ALSTER_LANES;
constexpr int few_lanes = lanes < 8 ? lanes : 8;  // for rows so short that a full tile would be mostly padding

inline bool dual_is_cheaper(std::int64_t n, std::int64_t width)
{
    return n * dual_form_weight <= width * primal_form_weight;
}

/// What the cheaper exact form costs, in units of w/2 multiply-adds in fp32; constants here and below are fitted to
/// measured rows of 17 to 1500 entries and 64 to 256 factors. `speed`: products of a rank update in the time of one of
/// them.
template <int speed>
std::int64_t cost_of_a_form(std::int64_t n, std::int64_t width)
{
    const std::int64_t primal = n * (100 + width / speed) + width * (width / 2 + 64);
    const std::int64_t dual = n * (140 + n / speed + n * n / (3 * width));
    return least(primal, dual);
}

constexpr std::int64_t cost_of_a_gradient = 40;  // of an entry, the first pass over it
constexpr std::int64_t cost_of_a_step = 15;      // of an entry that stays in the second-level cache
constexpr std::int64_t cost_of_a_far_step = 20;

/// Whether so many steps of conjugate gradients cost less than the exact solution. Rows of up to 16 entries, those of
/// new users and titles among them, have none: they are many, but a small part of a sweep.
template <int speed>
bool cg_is_cheaper(std::int64_t n, std::int64_t width, int steps)
{
    const std::int64_t cost = n * (cost_of_a_gradient + cost_of_a_step * steps);
    return steps > 0 && n > 16 && cost < cost_of_a_form<speed>(n, width);
}

/// How many steps take the time of the cheaper exact form. 0 where they are too few for a row to be tried.
template <int speed>
int steps_in_place_of_a_form(std::int64_t n, std::int64_t width, std::int64_t bytes_of_element)
{
    constexpr std::int64_t too_few = 8;
    if (n <= 16) return 0;
    const bool far = n * width * bytes_of_element > near_bytes;
    const std::int64_t of_entry = cost_of_a_form<speed>(n, width) / n - cost_of_a_gradient;
    const std::int64_t steps = of_entry / (far ? cost_of_a_far_step : cost_of_a_step);
    return steps < too_few ? 0 : static_cast<int>(steps);
}

/// A row solver whose primal form gathers into panels of this kind.
template <class Panel, class Dual = DualRow<lanes, typename Panel::Element>>
struct RowForms {
    using Element = typename Panel::Element;
    using Primal = PrimalRow<lanes, Panel>;
    using ShortDual = DualRow<few_lanes, Element>;
    using PlainDual = DualRow<lanes, Element>;  // of rows too short for the other's preparations
    using Cg = CgRow<lanes, Element>;

    static RowSolver solver()
    {
        return {workspace, solve, Primal::assemble, Primal::residual, cg_is_cheaper<Panel::speed>};
    }

private:
    static std::size_t workspace(std::int64_t width, std::int64_t entries)
    {
        const std::int64_t duals = most(PlainDual::workspace(width, width), Dual::workspace(width, width));
        const std::int64_t exact = most(Primal::workspace(width), duals);
        return static_cast<std::size_t>(most(exact, Cg::workspace(width, entries)));
    }

    static RowResult solve(const RowContext& context, const RowToSolve& task, float* memory, float* x)
    {
        if (cg_is_cheaper<Panel::speed>(task.n, context.width, context.cg_steps))
            return Cg::step(context, task, memory, x);
        if (const int steps = steps_in_place_of_a_form<Panel::speed>(task.n, context.width, sizeof(Element)); steps > 0)
            if (const RowResult row = Cg::converge(context, task, steps, memory, x); row.solved) return row;
        if (!dual_is_cheaper(task.n, context.width)) return Primal::solve(context, task, memory, x);
        if (task.n <= few_lanes) return ShortDual::solve(context, task, memory, x);
        if (task.n < Dual::least_entries) return PlainDual::solve(context, task, memory, x);
        return Dual::solve(context, task, memory, x);
    }
};

}  // namespace alster::ALSTER_ISA
