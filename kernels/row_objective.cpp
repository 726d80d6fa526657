#include <algorithm>
#include <cmath>

#include "kernels/backend.hpp"

namespace alster {

double RowObjective::regularization(Offset entries, bool of_bias) const
{
    return (of_bias ? bias_lambda : lambda) * std::pow(static_cast<double>(entries) + count_offset, nu);
}

void SolveReport::enter(Row u, const ExactRow& row)
{
    residuals[u] = row.residual;
    penalties[u] = row.penalty;
    ++retried;
    if (!std::isfinite(row.residual + row.penalty))
        failed = std::max(failed, u);
    else if (!row.reliable)
        unsolved = std::max(unsolved, u);
}

}  // namespace alster
