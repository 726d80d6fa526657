#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "data/dataset_file.hpp"
#include "data/output_lock.hpp"
#include "distributed/communicator.hpp"
#include "host/train/options.hpp"
#include "kernels/precision.hpp"

namespace alster {

/// The directory of one training run: model.h5, metrics.jsonl, config.resolved.toml, manifest.json, and ckpt/ as long
/// as the run is not finished. A run that replaces another one works in RUN/.next/ until publish(): the old run stays
/// whole until then. Other runs are locked out.
class RunDirectory {
public:
    /// Makes the directory where it is missing, takes its lock, and ends what a killed run left half-way. Errors:
    /// cannot_create (73), also where another run writes here, or where it holds a model of another run and overwriting
    /// was not asked for. `ranks` must outlive it. Collective.
    RunDirectory(const Communicator& ranks, const TrainOptions& options, const DatasetInfo& data);

    /// Whether there is a model of a finished run, or anything of a run. A partial model beside the checkpoint that its
    /// run goes on from is replaced as that is.
    [[nodiscard]] bool has_model() const { return has_model_; }
    [[nodiscard]] bool holds_a_run() const { return holds_a_run_; }

    /// From here on this run works in RUN/.next/.
    void stage() { staged_ = true; }
    [[nodiscard]] bool staged() const { return staged_; }

    /// Before anything is written: the configuration, and unless the run is resumed an empty place. Errors:
    /// cannot_create (73), io (74). Collective.
    void begin(const std::string& resolved_config, bool resumed) const;

    [[nodiscard]] std::filesystem::path model() const { return path_ / "model.h5"; }
    [[nodiscard]] std::filesystem::path checkpoints() const { return work() / "ckpt"; }
    [[nodiscard]] std::filesystem::path metrics() const { return work() / "metrics.jsonl"; }

    /// Where publish() puts the model: a partial one beside the checkpoint.
    [[nodiscard]] std::filesystem::path place_of_model(bool partial) const
    {
        return (partial ? work() : path_) / "model.h5";
    }

    /// Where the model is written until publish(). Collective.
    [[nodiscard]] std::filesystem::path unpublished_model() const;

    /// Writes manifest.json (sizes and SHA-256 of the files), then makes the run appear; a partial model of a run that
    /// replaces another one stays where that works. A finished run removes what one left in RUN/.next that was to
    /// replace it. Errors: io (74). Collective.
    void publish(bool partial) const;

    /// True where the finished model of this very run (same configuration, same data) lies there already: a chain of
    /// jobs that is submitted again after the last one finished has nothing to do.
    [[nodiscard]] bool finished() const { return finished_; }

private:
    [[nodiscard]] std::filesystem::path work() const;
    void open(const TrainOptions& options, const DatasetInfo& data);
    void write_manifest(const std::filesystem::path& model, const std::filesystem::path& to) const;

    const Communicator& ranks_;
    std::filesystem::path path_;
    std::optional<OutputLock> lock_;  // of the leading rank
    bool staged_ = false;
    // as the leading rank found it
    bool has_model_ = false;
    bool holds_a_run_ = false;
    bool finished_ = false;
};

/// The part of the options that decides the result, as JSON: what model.h5 keeps as its configuration. Without the
/// precision, which is the machine's where it was not asked for.
[[nodiscard]] std::string result_config(const TrainOptions& options);

/// The same without what says when a run ends, how its factors travel and where it is turned to: what a run that goes
/// on must not change. A checkpoint without one of its keys is of a version that did not have it, and counts as one with
/// the default.
[[nodiscard]] std::string start_config(const TrainOptions& options);

/// result_config() and the precision that was taken: what a checkpoint keeps, so that it becomes the model that its run
/// would have made of it.
[[nodiscard]] std::string saved_config(const TrainOptions& options, Precision precision);

/// The reverse: options with what `saved_config` says. Error: bad_data (65) with `where` in front.
[[nodiscard]] TrainOptions options_of(const std::string& saved_config, const std::string& where);

}  // namespace alster
