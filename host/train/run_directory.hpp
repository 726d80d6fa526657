#pragma once
#include <filesystem>
#include <string>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "host/train/options.hpp"

namespace alster {

/// The directory of one training run: model.h5, metrics.jsonl, config.resolved.toml, manifest.json, and ckpt/ as long
/// as the run is not finished.
class RunDirectory {
public:
    /// Makes the directory where it is missing, and writes the resolved configuration. Errors: cannot_create (73), also
    /// where it holds a model of another run and overwriting was not asked for. Collective.
    RunDirectory(const Communicator& ranks, const TrainOptions& options, const DatasetInfo& data,
                 const std::string& resolved_config);

    [[nodiscard]] std::filesystem::path model() const { return path_ / "model.h5"; }
    [[nodiscard]] std::filesystem::path checkpoints() const { return path_ / "ckpt"; }
    [[nodiscard]] std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }

    /// True where the model of this very run (same configuration, same data) lies there already: a chain of jobs that
    /// is submitted again after the last one finished has nothing to do.
    [[nodiscard]] bool finished() const { return finished_; }

    /// manifest.json: sizes and SHA-256 of the files. By the leading rank.
    void write_manifest() const;

private:
    std::filesystem::path path_;
    bool finished_ = false;
};

/// The part of the options that decides the result, as JSON: what model.h5 keeps as its configuration.
[[nodiscard]] std::string result_config(const TrainOptions& options);

/// The same without what only says when a run ends: what a run that goes on must not change.
[[nodiscard]] std::string start_config(const TrainOptions& options);

}  // namespace alster
