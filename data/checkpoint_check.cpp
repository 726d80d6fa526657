#include "data/checkpoint_check.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "data/file_format.hpp"

namespace alster {

namespace {

constexpr std::int64_t most_half_steps = 1'000'000'000;

void check_progress(const Hdf5File& file, const CheckpointInfo& info)
{
    const auto within = [&](const char* key, std::int64_t value, std::int64_t least, std::int64_t most) {
        require_attribute(file, value >= least && value <= most, key, value, fmt::format("from {} to {}", least, most));
    };
    within("half_steps", info.half_steps, 1, most_half_steps);
    within("best_sweep", info.best_sweep, 0, info.half_steps / 2);
    within("restarts", info.restarts, 0, most_half_steps);
    within("retried_rows", info.retried_rows, 0, info.rows);
    const auto finite = [&](const char* key, double value, double least) {
        require_attribute(file, std::isfinite(value) && value >= least, key, value,
                          fmt::format("finite and not below {}", least));
    };
    finite("penalty", info.penalty, 0);
    finite("start_penalty", info.start_penalty, 0);
    finite("objective_value", info.objective, 0.999 * info.penalty);  // a sum of which the penalty is one part
    finite("seconds", info.seconds, 0);
    finite("best_metric", info.best_metric, 0);
    const bool is_object = nlohmann::json::parse(info.config, nullptr, false).is_object();
    require_attribute(file, is_object, "config_json", info.config, "an object in JSON");
}

}  // namespace

void check(const Hdf5File& file, const CheckpointInfo& info)
{
    constexpr Row most = std::numeric_limits<Column>::max();
    for (const auto& [key, value] : {std::pair("rows", info.rows), {"start_rows", info.start_rows}})
        require_attribute(file, value >= 0 && value <= most, key, value, fmt::format("from 0 to {}", most));
    require_attribute(file, info.width >= 1 && info.width <= most, "width", info.width,
                      fmt::format("from 1 to {}", most));
    check_progress(file, info);
    check_shape(file, "/factors", info.rows, info.width);
    if (info.start_rows == 0) return;
    check_shape(file, "/start", info.start_rows, info.width);
    check_shape(file, "/base", info.width);
}

void verify_checkpoint(const Hdf5File& file, const CheckpointInfo& info)
{
    // what is above it is infinite in the first Gramian or score that is made of it
    const float most = std::sqrt(std::numeric_limits<float>::max() / static_cast<float>(info.width));
    const ValueRule rule = within<float>(-most, most, fmt::format("must lie between -{0:.3g} and {0:.3g}", most));
    ValueRules rules{{"/factors", rule}};
    if (info.start_rows > 0) {
        rules["/start"] = rule;
        rules["/base"] = finite<double>();
    }
    file.verify(rules);
}

}  // namespace alster
