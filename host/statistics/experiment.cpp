#include "host/statistics/experiment.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "host/statistics/distributions.hpp"

namespace alster {

namespace {

double mean_of(std::span<const double> values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Σ (x − mean x) (y − mean y).
double co_moment(std::span<const double> x, std::span<const double> y)
{
    const double of_x = mean_of(x), of_y = mean_of(y);
    double sum = 0;
    for (std::size_t n = 0; n < x.size(); ++n) sum += (x[n] - of_x) * (y[n] - of_y);
    return sum;
}

}  // namespace

SampleRatio sample_ratio(std::span<const std::int64_t> units, std::span<const double> shares)
{
    const auto total = static_cast<double>(std::accumulate(units.begin(), units.end(), std::int64_t{0}));
    const double whole = std::accumulate(shares.begin(), shares.end(), 0.0);
    SampleRatio result;
    if (total == 0) return result;
    for (std::size_t n = 0; n < units.size(); ++n) {
        const double expected = total * shares[n] / whole;
        result.chi_squared += std::pow(static_cast<double>(units[n]) - expected, 2) / expected;
    }
    result.p = chi_squared_tail(result.chi_squared, static_cast<int>(units.size()) - 1);
    return result;
}

Group group_of(std::span<const double> values)
{
    Group group{.units = std::ssize(values)};
    if (group.units == 0) return group;
    group.mean = mean_of(values);
    if (group.units > 1) group.variance = co_moment(values, values) / static_cast<double>(group.units - 1);
    return group;
}

double sequence_half_width(double sigma, double t, const SequencePlan& plan)
{
    if (t <= 0) return std::numeric_limits<double>::infinity();
    const double log_alpha = std::log(plan.alpha);
    const double rho2 = (1 - 2 * log_alpha + std::log(-2 * log_alpha)) / plan.planned;
    const double grown = t * rho2 + 1;
    return sigma * std::sqrt(2 * grown / (t * t * rho2) * (std::log(grown) / 2 - log_alpha));
}

GroupDifference group_difference(const Group& control, const Group& treatment, const SequencePlan& plan)
{
    const double squared = control.variance / static_cast<double>(control.units) +
                           treatment.variance / static_cast<double>(treatment.units);
    const auto units = static_cast<double>(control.units + treatment.units);
    const double error = std::sqrt(squared);
    GroupDifference difference{.value = treatment.mean - control.mean};
    const auto around = [&](double half) { return Interval{difference.value - half, difference.value + half}; };
    difference.interval = around(normal_975 * error);
    if (error > 0)
        difference.p = normal_two_sided_p(difference.value / error);
    else
        difference.p = difference.value == 0 ? 1 : 0;
    difference.always_valid = around(sequence_half_width(std::sqrt(units) * error, units, plan));
    return difference;
}

Cuped cuped(std::span<const double> outcomes, std::span<const double> before)
{
    Cuped result{.adjusted = {outcomes.begin(), outcomes.end()}};
    const double spread = co_moment(before, before);
    if (spread <= 0) return result;
    result.theta = co_moment(outcomes, before) / spread;
    const double middle = mean_of(before);
    for (std::size_t n = 0; n < before.size(); ++n) result.adjusted[n] -= result.theta * (before[n] - middle);
    const double raw = co_moment(outcomes, outcomes);
    if (raw > 0) result.variance_reduction = 1 - co_moment(result.adjusted, result.adjusted) / raw;
    return result;
}

}  // namespace alster
