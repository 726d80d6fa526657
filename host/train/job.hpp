#pragma once
#include "distributed/communicator.hpp"
#include "host/train/options.hpp"
#include "host/train/train_result.hpp"

namespace alster {

/// `alster train` after its options are read: dataset → factors → RUN/model.h5, with RUN/metrics.jsonl and
/// RUN/config.resolved.toml beside it. A run that has to end early leaves a checkpoint and, where there is time, a
/// partial model. Collective.
///
/// What RUN holds already decides what is done:
///   model.h5 of this very run                        finished already: success, nothing is done
///   model.h5 of another run                          cannot_create (73), but with --overwrite
///   a checkpoint of this run                         the run goes on from there
///   a checkpoint of another run                      bad_data (65), but with --overwrite
///   damaged checkpoints                              set aside; the one before is taken; bad_data (65) if none is whole
///   a checkpoint past the sweeps that are asked for  usage (64)
/// With --overwrite another run stays until this one, in RUN/.next, is finished.
[[nodiscard]] TrainResult run_training(const Communicator& ranks, const TrainOptions& options,
                                       const std::string& resolved_config);

/// What `alster export-checkpoint` was asked for.
struct CheckpointExport {
    std::filesystem::path source;  // a checkpoint, or a run's directory: its newest one
    std::filesystem::path data;
    std::filesystem::path out;  // the model
    std::string backend = "auto";
    std::string precision = "auto";
    int threads = 0;
    std::filesystem::path align_to = {};  // the model into whose space the run was to be turned; empty: it is not
};

/// A model from a checkpoint: completes the sweep that was begun, and finishes as training does. Errors: bad_data (65)
/// where there is no checkpoint or it belongs to other data. Collective.
[[nodiscard]] TrainResult export_checkpoint(const Communicator& ranks, const CheckpointExport& asked);

}  // namespace alster
