#pragma once
#include <string>

#include "host/train/borders.hpp"
#include "host/train/checkpoints.hpp"
#include "host/train/run_directory.hpp"
#include "host/train/run_log.hpp"
#include "kernels/cpu/top_k.hpp"
#include "kernels/precision.hpp"

namespace alster {

/// Everything a run needs besides the backend.
struct Job {
    const Communicator& ranks;
    const TrainOptions& options;
    const DatasetReader& dataset;
    const RunDirectory* run;  // with `checkpoints` and `borders`, or all of them null:
    const Checkpoints* checkpoints;
    std::filesystem::path model;     // then only this is wanted, from the checkpoint `resumed`
    const FoundCheckpoint* resumed;  // null: the run begins
    Borders* borders;
    RunLog& log;
    std::string run_id;
    std::string arithmetic;                 // precision, and by what: decides the last bits
    Precision precision = Precision::fp32;  // with which the backend reads the fixed side
    MakeScorer make_scorer = cpu_scorer;    // ranks for the validation metric
};

}  // namespace alster
