#pragma once
#include "host/solve/audit.hpp"

namespace alster {

/// How far an audited row may be from its solution in fp64.
inline constexpr double fold_bound = 1e-3;

/// The map of a side's prior; empty: it has none.
template <Backend B>
std::vector<double> map_of(const FactorSide<B>& side)
{
    return side.prior ? side.prior->prior().map : std::vector<double>();
}

/// Solves the rows of `solved` that have interactions for the rows of `fixed`, which stay as they are: the half-step of
/// training, whose result is turned back into the basis of `fixed`. All other rows of `solved` keep their factors, too,
/// and priors their maps.
/// Throws UnsolvedRow where an audited row is not near its solution in fp64. Collective.
template <Backend B>
HalfStep fold(const Communicator& ranks, const B& backend, const Objective& objective, FactorSide<B>& solved,
              FactorSide<B>& fixed)
{
    const std::vector<float> fixed_before = host_copy(backend, fixed.factors);
    const std::vector<float> solved_before = host_copy(backend, solved.factors);
    const std::vector<double> solved_map = map_of(solved), fixed_map = map_of(fixed);
    Solver<B> solver(ranks, backend, objective);
    solver.begin_with(fixed);
    HalfStep step = solver.half_step(solved, fixed);
    Audit found = audit(ranks, backend, solver, solved, fixed);
    if (!found.within(fold_bound) && found.unsolved < 0) {
        step = solver.solve_again(solved, fixed, Solver<B>::Again::in_fp64);
        found = audit(ranks, backend, solver, solved, fixed);
    }
    if (!found.within(fold_bound))
        throw UnsolvedRow{solved.side, found.unsolved >= 0 ? found.unsolved : found.farthest, true};
    solver.turn_back(solved);
    const Interactions& rows = backend.interactions(solved.interactions);
    const auto width = static_cast<std::size_t>(objective.width());
    backend.write_on_host(solved.factors, [&](std::span<float> factors) {
        for (Row r = 0; r < rows.rows(); ++r)
            if (rows.entries(r) == 0)
                std::copy_n(solved_before.begin() + r * width, width, factors.begin() + r * width);
    });
    backend.write_on_host(fixed.factors,
                          [&](std::span<float> factors) { std::ranges::copy(fixed_before, factors.begin()); });
    if (solved.prior) solved.prior->set_map(solved_map);
    if (fixed.prior) fixed.prior->set_map(fixed_map);
    step.gather(ranks);
    return step;
}

}  // namespace alster
