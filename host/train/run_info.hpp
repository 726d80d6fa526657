#pragma once
#include "data/model_file.hpp"
#include "host/train/job_context.hpp"
#include "host/train/training_state.hpp"

namespace alster {

/// What model.h5 says of the run. Collective.
[[nodiscard]] ModelInfo describe(const Job& job, const TrainingState& state, bool partial);

/// What the sweeps came to; files, times and memory are the caller's.
[[nodiscard]] TrainResult result_of(const Job& job, const TrainingState& state);

/// What a checkpoint gets of one side; nothing where it is default-constructed.
struct SideToSave {
    RowsToSave mine;
    Row all_rows = 0;
    double penalty = 0;
};

/// Where the next half-step starts from, which is also what the last one was solved from, and how that was done.
struct StartToSave {
    SideToSave side = {};
    std::vector<double> base = {};  // α0 Λ of the last half-step's row objective
    std::int64_t retried_rows = 0;
    std::vector<double> map = {};  // of the prior that it solved with
};

/// What rows are pulled to, as the next half-step begins; null: 0.
struct SavedPriors {
    const FeaturePrior* users = nullptr;
    const FeaturePrior* items = nullptr;
};

/// Writes a checkpoint of the side that was solved last and of where the next one starts from; says so in a line and
/// the log. Collective.
std::filesystem::path save(const Job& job, const TrainingState& state, const SideToSave& solved,
                           const StartToSave& start, const SavedPriors& priors, const std::string& why);

}  // namespace alster
