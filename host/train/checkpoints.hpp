#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/checkpoint_file.hpp"
#include "distributed/communicator.hpp"

namespace alster {

/// A checkpoint to go on from.
struct FoundCheckpoint {
    CheckpointReader reader;
    std::filesystem::path path;
    std::string passed_over;  // why newer ones were not taken; empty where there were none
};

/// The checkpoints of a run: RUN/ckpt/half-000012.h5, the newest two of them.
class Checkpoints {
public:
    /// `access` must outlive it.
    Checkpoints(const Communicator& ranks, std::filesystem::path directory, const FileAccess& access);

    /// The newest that is whole, damaged ones before it being renamed to *.damaged; none where there is no checkpoint
    /// at all. Throws bad_data (65) where there are some and all are damaged: starting anew has to be asked for.
    /// Collective.
    [[nodiscard]] std::optional<FoundCheckpoint> newest() const;

    /// Writes the next generation and removes the one before the last. Returns its path. Collective.
    std::filesystem::path write(const CheckpointInfo& info, const RowsToSave& solved, const RowsToSave& start) const;

    /// Removes all of them: the run is finished, or begins anew. Collective.
    void clear() const;

private:
    [[nodiscard]] std::vector<std::filesystem::path> all() const;
    void set_aside(const std::filesystem::path& path) const;

    const Communicator& ranks_;
    std::filesystem::path directory_;
    const FileAccess& access_;
};

/// Throws bad_data (65), naming the difference, where `found` belongs to other data or another objective than those of
/// a run with this fingerprint and configuration (JSON objects of the same keys).
void require_same_run(const FoundCheckpoint& found, const std::string& fingerprint, const std::string& config);

}  // namespace alster
