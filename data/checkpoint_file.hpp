#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/feature_prior.hpp"
#include "data/hdf5_file.hpp"
#include "data/interactions.hpp"

namespace alster {

/// What a checkpoint says about itself (root attributes). It holds the side that was solved last, by row number: the
/// next half-step computes the other one from it, and where that begins with the other's old rows
/// (steps of conjugate gradients), those as well. So any number of ranks goes on from it. What it holds of both sides is
/// also enough to audit the last half-step, and to solve its rows again as the run would have.
struct CheckpointInfo {
    std::int64_t half_steps = 0;  // made so far; odd: users were solved last
    Row rows = 0;                 // of that side
    Row start_rows = 0;           // of the other side, where it is kept; else 0
    Row width = 0;
    std::vector<double> base;       // (width) RowObjective::base of the last half-step, where start_rows > 0
    double penalty = 0;             // Σ λ_r‖row‖² of that side
    double start_penalty = 0;       // of the other side, where it is kept
    std::int64_t retried_rows = 0;  // of the last half-step
    double objective = 0;           // after the last half-step
    double seconds = 0;             // spent in half-steps
    double best_metric = 0;         // of the held-out part
    std::int64_t best_sweep = 0;    // 0: nothing was measured
    std::int64_t restarts = 0;      // how often the run was resumed before
    std::string run_id;
    std::string fingerprint;  // of the training interactions
    std::string config;       // JSON: what decides the result
    std::string arithmetic;   // precision, and by what: decides the last bits
    std::string tool_version;
    std::optional<FeaturePrior> user_prior = {};  // where rows are pulled to something
    std::optional<FeaturePrior> item_prior = {};
    std::vector<double> solved_map = {};  // A that the last half-step solved with, where start_rows > 0
};

/// This rank's rows of one side: (…, width), from row `first` on.
struct RowsToSave {
    Row first = 0;
    std::span<const float> factors;
};

/// Writes and publishes a checkpoint, each rank its own rows of the side that was solved last and, where
/// info.start_rows > 0, of the other one. Errors as of Hdf5File. Collective.
void write_checkpoint(const std::filesystem::path& path, const CheckpointInfo& info, const RowsToSave& solved,
                      const RowsToSave& start = {}, const FileAccess& access = serial_access());

/// Reads one, everything compared with its checksums first. Errors as of Hdf5File.
class CheckpointReader {
public:
    explicit CheckpointReader(const std::filesystem::path& path, const FileAccess& access = serial_access());

    [[nodiscard]] const CheckpointInfo& info() const { return info_; }
    [[nodiscard]] std::vector<float> factors(RowRange rows) const;
    /// Of the other side; only where info().start_rows > 0.
    [[nodiscard]] std::vector<float> start(RowRange rows) const;

private:
    Hdf5File file_;
    CheckpointInfo info_;
};

}  // namespace alster
