#include "host/statistics/off_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "host/statistics/distributions.hpp"
#include "host/statistics/experiment.hpp"

namespace alster {

namespace {

PolicyValue mean_with_interval(std::span<const double> terms)
{
    const Group group = group_of(terms);
    const double half = normal_975 * std::sqrt(group.variance / static_cast<double>(group.units));
    return {group.mean, {group.mean - half, group.mean + half}};
}

/// A ratio's variance, linearized: Σ w² (r − v)² / (Σ w)².
PolicyValue self_normalized(std::span<const double> weights, std::span<const double> rewards)
{
    double sum = 0, weighted = 0, squared = 0;
    for (std::size_t n = 0; n < weights.size(); ++n) {
        sum += weights[n];
        weighted += weights[n] * rewards[n];
    }
    if (sum <= 0) return {};
    const double value = weighted / sum;
    for (std::size_t n = 0; n < weights.size(); ++n) squared += std::pow(weights[n] * (rewards[n] - value), 2);
    const double half = normal_975 * std::sqrt(squared) / sum;
    return {value, {value - half, value + half}};
}

}  // namespace

std::string OffPolicy::refusal() const
{
    const double least = std::max(least_effective, least_share * static_cast<double>(decisions));
    if (effective >= least) return "";
    return fmt::format(
        "the effective sample size is {:.1f} of {} decisions, and at least {:.0f} are needed: the log says too little "
        "about this policy; log more, or compare a policy that is closer to the logged one",
        effective, decisions, std::ceil(least));
}

OffPolicy off_policy(const LoggedDecisions& log)
{
    const std::size_t decisions = log.rewards.size();
    OffPolicy result{.decisions = std::ssize(log.rewards), .has_model = !log.predicted.empty()};
    std::vector<double> weights(decisions), inverse(decisions), robust(decisions);
    double sum = 0, squares = 0;
    for (std::size_t n = 0; n < decisions; ++n) {
        const double weight = weights[n] = log.targets[n] / log.propensities[n];
        sum += weight;
        squares += weight * weight;
        result.largest_weight = std::max(result.largest_weight, weight);
        inverse[n] = weight * log.rewards[n];
        if (result.has_model) robust[n] = log.predicted_target[n] + weight * (log.rewards[n] - log.predicted[n]);
    }
    result.mean_reward = group_of(log.rewards).mean;
    result.mean_weight = sum / static_cast<double>(decisions);
    result.effective = squares > 0 ? sum * sum / squares : 0;
    result.ips = mean_with_interval(inverse);
    result.snips = self_normalized(weights, log.rewards);
    if (result.has_model) result.doubly_robust = mean_with_interval(robust);
    return result;
}

}  // namespace alster
