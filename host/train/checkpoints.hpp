#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/checkpoint_file.hpp"
#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "host/train/options.hpp"

namespace alster {

/// A checkpoint to go on from.
struct FoundCheckpoint {
    CheckpointReader reader;
    std::filesystem::path path;
    std::string passed_over;  // why newer ones were not taken; empty where there were none
};

/// The run that is to go on: what a checkpoint of it must be.
struct RunToResume {
    std::string fingerprint;  // of its data
    std::string config;       // start_config(), JSON: what that of a checkpoint has to agree with
    Row users = 0;
    Row items = 0;
    Row width = 0;             // of the factors while training
    bool keeps_start = false;  // rows start from those of the sweep before: both sides are kept
};

[[nodiscard]] RunToResume run_to_resume(const TrainOptions& options, const DatasetInfo& data);

/// Throws bad_data (65), naming the difference, where a checkpoint belongs to other data or another objective than
/// those of `run`.
void require_same_run(const FoundCheckpoint& found, const RunToResume& run);

/// The checkpoint in a file, or the newest one that is whole in a run's directory: in RUN/ckpt, else in RUN/.next/ckpt.
/// The run may be working: nothing is changed. Throws bad_data (65) where there is none, or where it belongs to other
/// data, and as CheckpointReader. Collective.
[[nodiscard]] FoundCheckpoint checkpoint_to_export(const Communicator& ranks, const std::filesystem::path& source,
                                                   const DatasetInfo& data, const FileAccess& access);

/// The checkpoints of a run: RUN/ckpt/half-000012.h5, the newest two of them.
class Checkpoints {
public:
    /// `access` must outlive it.
    Checkpoints(const Communicator& ranks, std::filesystem::path directory, const FileAccess& access);

    /// The newest from which `run` can go on, damaged ones before it being renamed to *.damaged; none where there is no
    /// checkpoint at all. Throws bad_data (65) where the newest that is whole belongs to another run, or where there
    /// are some and all are damaged: starting anew has to be asked for. Collective.
    [[nodiscard]] std::optional<FoundCheckpoint> newest(const RunToResume& run) const;

    /// Writes the next generation and removes the one before the last. Returns its path. Collective.
    std::filesystem::path write(const CheckpointInfo& info, const RowsToSave& solved, const RowsToSave& start) const;

    /// Removes all of them: the run is finished, or begins anew. Collective.
    void clear() const;

private:
    void set_aside(const std::filesystem::path& path) const;

    const Communicator& ranks_;
    std::filesystem::path directory_;
    const FileAccess& access_;
};

}  // namespace alster
