#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "host/statistics/interval.hpp"

namespace alster {

/// What an old policy showed and what came of it, and how likely a new one would have shown the same.
struct LoggedDecisions {
    std::span<const double> propensities;           // (decisions) of the action by the old policy, in (0, 1]
    std::span<const double> targets;                // (decisions) of the same action by the new one, in [0, 1]
    std::span<const double> rewards;                // (decisions)
    std::span<const double> predicted = {};         // (decisions) a model's reward of the action, or empty
    std::span<const double> predicted_target = {};  // (decisions) its mean reward under the new policy, or empty
};

/// An estimate of the new policy's mean reward.
struct PolicyValue {
    double value = 0;
    Interval interval = {};  // normal, over decisions
};

struct OffPolicy {
    std::int64_t decisions = 0;
    double mean_reward = 0;  // of the old policy
    double mean_weight = 0;  // of target/propensity: near 1 where the propensities are right
    double largest_weight = 0;
    double effective = 0;            // effective sample size (Σ w)² / Σ w²
    PolicyValue ips = {};            // mean of w r
    PolicyValue snips = {};          // Σ w r / Σ w
    PolicyValue doubly_robust = {};  // mean of q_target + w (r − q); only where predictions are given
    bool has_model = false;

    static constexpr double least_effective = 100;
    static constexpr double least_share = 0.01;

    /// Why no estimate may be believed, or "": too few decisions count.
    [[nodiscard]] std::string refusal() const;
};

/// Of at least one decision.
[[nodiscard]] OffPolicy off_policy(const LoggedDecisions& log);

}  // namespace alster
