#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "data/model_file.hpp"
#include "host/runs/run_history.hpp"

namespace alster {

/// What one run tells of how the work scales. A unit is a core, or a GPU where the run used GPUs.
struct ScalingRun {
    std::string name;
    int ranks = 1;
    std::int64_t units = 1;
    std::int64_t interactions = 0;
    std::int64_t users = 0;
    double sweep_s = 0;        // median of its whole sweeps
    double waiting_share = 0;  // of the time of its half-steps, for rows of other ranks
    double basis_share = 0;    // the same of the basis, which every rank computes
    double imbalance = 1;      // median over sweeps of the larger one of both half-steps
    double received_mib = 0;   // factors a sweep, all ranks together
    double unit_hours = 0;     // from start to end, reading and writing included
    double speedup = 1;        // strong: times faster than the first run
    double efficiency = 1;     // strong: speedup per unit; weak: time of the first run / its own
};

/// Runs of the same work on more and more units, or of more and more work.
struct Scaling {
    enum class Kind { strong, weak };
    Kind kind = Kind::strong;
    bool on_gpus = false;
    std::vector<ScalingRun> runs = {};  // the fewest units first
};

/// Weak scaling takes runs whose interactions per unit differ by less than that.
inline constexpr double same_work = 0.1;

/// Reads the runs' own metrics.jsonl and model.h5. Strong where all have the same data, weak where each unit has the
/// same number of interactions. Errors: bad_data (65) where they are not comparable: other settings, backend, precision
/// or kind of unit, work that is neither equal nor equal per unit, runs that are not finished or were resumed, or all
/// on the same number of units.
[[nodiscard]] Scaling scaling_of(const std::vector<std::filesystem::path>& runs);

[[nodiscard]] std::string to_text(const Scaling& scaling);
[[nodiscard]] nlohmann::json to_json(const Scaling& scaling);

}  // namespace alster
