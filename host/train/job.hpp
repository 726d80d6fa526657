#pragma once
#include <nlohmann/json.hpp>

#include "distributed/communicator.hpp"
#include "host/train/options.hpp"

namespace alster {

/// `alster train` after its options are read: dataset → factors → RUN/model.h5, with RUN/metrics.jsonl and
/// RUN/config.resolved.toml beside it. Returns a summary with flat keys. Collective.
nlohmann::json run_training(const Communicator& ranks, const TrainOptions& options, const std::string& resolved_config);

}  // namespace alster
