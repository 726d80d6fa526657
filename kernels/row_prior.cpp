#include "kernels/row_prior.hpp"

#include <algorithm>

#include "kernels/backend.hpp"

namespace alster {

bool RowPrior::mean(Row u, std::span<double> m) const
{
    std::ranges::fill(m, 0.0);
    for (Offset k = offsets[u]; k < offsets[u + 1]; ++k) {
        const double* row = map.data() + columns[k] * width;
        for (Row a = 0; a < width; ++a) m[a] += weights[k] * row[a];
    }
    return std::ranges::any_of(m, [](double value) { return value != 0; });
}

bool RowOrigin::set(const RowObjective& objective, Row u, Offset entries)
{
    if (!objective.prior || !objective.prior->mean(u, mean_)) return false;
    std::ranges::fill(lambda_, objective.regularization(entries));
    if (objective.biased) lambda_.back() = objective.regularization(entries, true);
    for (std::size_t a = 0; a < mean_.size(); ++a) {
        const double diagonal = objective.base[a] + lambda_[a];
        start_[a] = diagonal > 0 ? lambda_[a] * mean_[a] / diagonal : 0;  // a bias may have no penalty
    }
    return true;
}

double RowOrigin::penalty(std::span<const float> x) const
{
    double sum = 0;
    for (std::size_t a = 0; a < x.size(); ++a) {
        const double distance = static_cast<double>(x[a]) - mean_[a];
        sum += lambda_[a] * distance * distance;
    }
    return sum;
}

}  // namespace alster
