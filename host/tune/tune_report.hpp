#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "host/train/options.hpp"
#include "host/tune/tune.hpp"

namespace alster {

/// What stands in tune.json.
[[nodiscard]] nlohmann::ordered_json to_json(const TuneResult& result, const TuneOptions& options);

/// For people: what was chosen, why, and how it is served.
[[nodiscard]] std::string to_text(const TuneResult& result, const TuneOptions& options);

/// The configuration file by which `alster train` repeats a run.
[[nodiscard]] std::string train_config(const TrainOptions& options);

}  // namespace alster
