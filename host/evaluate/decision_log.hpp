#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "host/statistics/off_policy.hpp"

namespace alster {

/// A log of decisions with the chances that they had.
struct DecisionLog {
    std::vector<double> propensities;
    std::vector<double> targets;
    std::vector<double> rewards;
    std::vector<double> predicted;  // empty: the log has no predictions
    std::vector<double> predicted_target;

    [[nodiscard]] LoggedDecisions decisions() const
    {
        return {propensities, targets, rewards, predicted, predicted_target};
    }
};

/// Reads a table with the columns propensity, target and reward, and perhaps predicted and predicted_target. Errors:
/// bad_data (65) for a propensity outside (0, 1], a target outside [0, 1], one of the two predictions without the
/// other, and a table without rows.
[[nodiscard]] DecisionLog read_decisions(const std::string& path);

[[nodiscard]] nlohmann::ordered_json to_json(const OffPolicy& estimate);
[[nodiscard]] std::string to_text(const OffPolicy& estimate);

}  // namespace alster
