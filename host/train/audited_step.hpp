#pragma once
#include "host/solve/audit.hpp"
#include "host/solve/solver.hpp"
#include "host/train/job_context.hpp"
#include "kernels/precision.hpp"

namespace alster {

/// How the rows of a half-step were solved: what its audit may find.
struct AuditTerms {
    Precision precision = Precision::fp32;  // with which the fixed side was read
    bool by_steps = false;                  // by conjugate gradients

    /// How far a row may be from its fp64 solution, ‖x − x'‖ / ‖x'‖.
    [[nodiscard]] double bound(const HalfStep& step) const;
};

/// Says that a side is solved again, and because of which row.
void report_solved_again(const Job& job, Side side, const Audit& audit, double bound);

/// Prints and logs how far sampled rows are from their fp64 solutions.
void report_audit(const Job& job, Side side, const Audit& audit);

/// Says that a side was not audited.
void report_no_audit(const Job& job, Side side, const std::string& why);

/// Holds rows of the half-step that was just made against fp64. Where one is not near enough the whole side is solved
/// again, without steps if there were any, then in fp64, and held against what such a solution may be off by. Throws
/// UnsolvedRow where that does not help. Collective.
template <Backend B>
void audit(const Job& job, Solver<B>& solver, HalfStep& step, FactorSide<B>& solved, const FactorSide<B>& fixed,
           AuditTerms terms)
{
    using Again = typename Solver<B>::Again;
    double bound = terms.bound(step);
    Audit found = solver.audit(solved, fixed);
    for (const Again how : {Again::without_steps, Again::in_fp64}) {
        if (found.within(bound) || found.unsolved >= 0) break;
        if (how == Again::without_steps && !terms.by_steps) continue;
        report_solved_again(job, solved.side, found, bound);
        const HalfStep again = solver.solve_again(solved, fixed, how);
        step.objective = again.objective;
        step.solve_s += again.solve_s;
        step.cg_rows = again.cg_rows;
        step.retried_rows = again.retried_rows;
        terms = {.precision = how == Again::in_fp64 ? Precision::fp32 : terms.precision, .by_steps = false};
        bound = terms.bound(step);
        found = solver.audit(solved, fixed);
    }
    if (!found.within(bound))
        throw UnsolvedRow{solved.side, found.unsolved >= 0 ? found.unsolved : found.farthest, true};
    report_audit(job, solved.side, found);
}

}  // namespace alster
