#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "distributed/communicator.hpp"
#include "host/tune/blend_fit.hpp"
#include "host/tune/halving.hpp"
#include "host/tune/validation_run.hpp"

namespace alster {

/// What `alster tune` was asked for.
struct TuneOptions {
    std::filesystem::path data;  // its validation part lies beside it: validation_of(data)
    std::filesystem::path out;
    std::vector<Row> factors = {32, 64, 128};
    int trials = 24;
    int sweeps = 16;     // of the final model, and of the best trials
    double minutes = 0;  // after which no trial begins; 0: no limit
    std::uint64_t seed = 1;
    ChosenBy by;
    std::string backend = "auto";
    int threads = 0;
    bool overwrite = false;
    int worker = -1;  // one of several runs of the same command that measure trials for each other; −1: alone
};

/// The parts of a blend and the blend, on the validation part.
struct TunedValues {
    Measurement popularity;
    Measurement neighbours;
    Measurement model;
    Measurement blend;
    Measurement gain_over_model;  // of the blend; the interval is paired
    Measurement gain_over_neighbours;
    std::optional<Measurement> recent = {};  // popularity of the last recent_days, where there are times
    std::optional<Measurement> gain_over_recent = {};
};

struct TuneResult {
    bool saved = false;   // asked to end: the same command goes on; nothing below is set
    bool helped = false;  // all trials are measured, and worker 0 does the rest; nothing below is set
    std::filesystem::path model = {};
    std::filesystem::path neighbours = {};
    std::string metric = {};
    RankedTrial trial = {};
    BlendSettings blend = {};
    std::vector<MeasuredBlend> curve = {};
    TunedValues values = {};
    std::vector<RankedTrial> trials = {};  // all that were measured
    bool out_of_time = false;              // a larger budget may choose something else
    double seconds = 0;                    // of this process
    double search_s = 0;
    double blend_s = 0;
    double final_s = 0;

    /// What was chosen and why.
    [[nodiscard]] std::string sentence() const;
};

/// Chooses settings of the model and of its blend with neighbours by the validation part, then trains with them on all
/// of part train: OUT/model.h5, neighbours.h5 and tune.json. Part holdout is not read. The same bits for any number of
/// ranks, unless time ends first. What was measured before an interruption stands in OUT/tune.jsonl and is not measured
/// again. Workers 0, 1, 2 … share the trials: each takes one that nobody measures, and waits where its choice of the
/// next depends on others; worker 0 then blends and trains the model. Errors: bad_data (65) without a validation part; cannot_create (73) where OUT holds something else.
/// Collective.
[[nodiscard]] TuneResult tune(const Communicator& ranks, const TuneOptions& options);

}  // namespace alster
