#include "host/solve/half_step.hpp"

#include <algorithm>
#include <numeric>

namespace alster {

void HalfStep::count(const SolveReport& report)
{
    dual_rows = report.dual;
    cg_rows = report.by_steps;
    retried_rows = report.retried;
}

void HalfStep::gather(const Communicator& ranks)
{
    const auto mean = [&](const std::vector<double>& all) {
        return std::accumulate(all.begin(), all.end(), 0.0) / ranks.size();
    };
    rank_solve_s = ranks.all_gather(solve_s);
    const double mean_solve_s = mean(rank_solve_s);
    solve_s = std::ranges::max(rank_solve_s);
    imbalance = mean_solve_s > 0 ? solve_s / mean_solve_s : 1;
    waited_s = mean(ranks.all_gather(waited_s));
    exchange_s = ranks.max(exchange_s);
    dual_rows = ranks.sum(dual_rows);
    cg_rows = ranks.sum(cg_rows);
    retried_rows = ranks.sum(retried_rows);
}

void require_solved(const Communicator& ranks, Side side, Row first, const SolveReport& report)
{
    const auto of_all = [&](Row row) { return ranks.max(row < 0 ? Row{-1} : first + row); };
    if (const Row failed = of_all(report.failed); failed >= 0) throw UnsolvedRow{side, failed, false};
    if (const Row unsolved = of_all(report.unsolved); unsolved >= 0) throw UnsolvedRow{side, unsolved, true};
}

}  // namespace alster
