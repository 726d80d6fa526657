#include "host/train/audited_step.hpp"

#include <fmt/format.h>

#include "host/solve/unsolved_row.hpp"

namespace alster {

double AuditTerms::bound(const HalfStep& step) const
{
    const bool stopped_early = by_steps && step.retried_rows == 0;  // as was asked for
    return precision == Precision::bf16 || stopped_early ? 0.125 : 1e-3;
}

void report_solved_again(const Job& job, Side side, const Audit& audit, double bound)
{
    job.progress.line(fmt::format("{} is {:.1e} from its fp64 solution, {:.0e} are allowed: all {} are solved again",
                                  describe_row(job.dataset, side, audit.farthest, job.options.objective),
                                  audit.largest_error, bound, name(side)));
    job.log.write("solved_again", {{"side", name(side)}, {"largest_error", audit.largest_error}});
}

void report_no_audit(const Job& job, Side side, const std::string& why)
{
    job.progress.line(fmt::format("{} are not audited: {}", name(side), why));
}

void report_audit(const Job& job, Side side, const Audit& audit)
{
    if (audit.rows == 0)
        report_no_audit(job, side, "all are split over ranks");
    else
        job.progress.line(fmt::format("audited on {} sampled rows of {}: {:.1e} from their fp64 solutions", audit.rows,
                                      name(side), audit.largest_error));
    job.log.write("audit", {{"side", name(side)}, {"rows", audit.rows}, {"largest_error", audit.largest_error}});
}

}  // namespace alster
