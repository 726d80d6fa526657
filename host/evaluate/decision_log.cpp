#include "host/evaluate/decision_log.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "data/error.hpp"
#include "data/ingest/named_table.hpp"

namespace alster {

namespace {

nlohmann::ordered_json value_json(const PolicyValue& value)
{
    return {{"value", value.value}, {"low", value.interval.low}, {"high", value.interval.high}};
}

std::string value_line(const char* what, const PolicyValue& value)
{
    return fmt::format("{:<28} {:>12.6g}  {:.6g} … {:.6g}\n", what, value.value, value.interval.low,
                       value.interval.high);
}

/// Weights have the mean 1 where the propensities are right. Their squares follow from the effective size.
bool weights_are_off(const OffPolicy& estimate)
{
    const auto n = static_cast<double>(estimate.decisions);
    const double squares = n * estimate.mean_weight * estimate.mean_weight / estimate.effective;  // mean of w²
    const double error = std::sqrt((squares - estimate.mean_weight * estimate.mean_weight) / n);
    return std::abs(estimate.mean_weight - 1) > 4 * error;
}

constexpr const char* off_note =
    "the mean weight is not 1: propensities or targets are wrong, or actions that the new policy takes were never "
    "logged";

}  // namespace

DecisionLog read_decisions(const std::string& path)
{
    static constexpr std::array<std::string_view, 3> needed{"propensity", "target", "reward"};
    NamedTable table(path, needed);
    const bool has_model = table.find("predicted").has_value();
    if (has_model != table.find("predicted_target").has_value())
        throw Error(ExitCode::bad_data, "{}: predicted and predicted_target go together, and one is missing", path);
    constexpr double least_propensity = 1e-50;  // squares of weights are added up
    DecisionLog log;
    while (table.next()) {
        const double propensity = table.number("propensity"), target = table.number("target");
        if (propensity <= 0 || propensity > 1)
            throw Error(ExitCode::bad_data, "{}: propensity {} is not in (0, 1]", table.where(), propensity);
        if (propensity < least_propensity)
            throw Error(ExitCode::bad_data, "{}: propensity {}: no log has decisions so improbable", table.where(),
                        propensity);
        if (target < 0 || target > 1)
            throw Error(ExitCode::bad_data, "{}: target {} is not in [0, 1]", table.where(), target);
        log.propensities.push_back(propensity);
        log.targets.push_back(target);
        log.rewards.push_back(table.quantity("reward"));
        if (!has_model) continue;
        log.predicted.push_back(table.quantity("predicted"));
        log.predicted_target.push_back(table.quantity("predicted_target"));
    }
    if (log.rewards.empty()) throw Error(ExitCode::bad_data, "{}: has no decisions", path);
    return log;
}

nlohmann::ordered_json to_json(const OffPolicy& estimate)
{
    nlohmann::ordered_json object = {
        {"decisions", estimate.decisions},     {"effective_sample_size", estimate.effective},
        {"mean_weight", estimate.mean_weight}, {"largest_weight", estimate.largest_weight},
        {"mean_reward", estimate.mean_reward}, {"ips", value_json(estimate.ips)},
        {"snips", value_json(estimate.snips)}};
    if (estimate.has_model) object["doubly_robust"] = value_json(estimate.doubly_robust);
    if (weights_are_off(estimate)) object["notes"] = {off_note};
    return object;
}

std::string to_text(const OffPolicy& estimate)
{
    std::string text = fmt::format(
        "{} decisions, as good as {:.1f} of the new policy's own; mean weight {:.4f}, largest {:.4g}\n\n{:<28} "
        "{:>12}  95 % interval\n{:<28} {:>12.6g}\n",
        estimate.decisions, estimate.effective, estimate.mean_weight, estimate.largest_weight, "", "mean reward",
        "logged policy", estimate.mean_reward);
    text += value_line("new policy, IPS", estimate.ips) + value_line("new policy, SNIPS", estimate.snips);
    if (estimate.has_model) text += value_line("new policy, doubly robust", estimate.doubly_robust);
    if (weights_are_off(estimate)) text += fmt::format("note: {}\n", off_note);
    return text;
}

}  // namespace alster
