#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "host/evaluate/baseline.hpp"
#include "host/evaluate/measurement.hpp"

namespace alster {

enum class RunState {
    finished,
    unfinished,  // saved, running, waiting or killed: what is left of it does not tell
    failed,
};

[[nodiscard]] const char* name(RunState state);

/// What the directory of a training run tells about it: config.resolved.toml and metrics.jsonl.
struct RunRecord {
    std::string name;  // of the directory
    std::filesystem::path path;
    std::map<std::string, std::string> options;  // of alster train, by name

    RunState state = RunState::unfinished;
    std::string failure = {};      // of a failed run
    std::string fingerprint = {};  // of the data
    std::string metric = {};       // "ndcg@10" or "rmse"; empty: nothing was measured
    Measurement measured = {};     // after the last sweep, which is what the model holds
    Baseline baseline = {};        // the best one's value of the metric; without a name where the log has none
    int sweeps = 0;
    int best_sweep = 0;  // the one with the best metric; 0: not known before the run ends
    double seconds = 0;  // in half-steps

    /// The metric beside that of the best baseline.
    [[nodiscard]] Comparison compared() const { return {metric, measured.value, baseline}; }

    /// Takes one line of metrics.jsonl, in their order.
    void take(const nlohmann::json& event);

    /// An option's value; "" where the run does not say.
    [[nodiscard]] std::string option(const std::string& option_name) const;
};

/// Errors: bad_data (65) where the files cannot be read or are none of alster's.
[[nodiscard]] RunRecord read_run(const std::filesystem::path& directory);

}  // namespace alster
