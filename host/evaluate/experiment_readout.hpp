#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "host/evaluate/experiment_log.hpp"
#include "host/statistics/experiment.hpp"
#include "host/statistics/verdict.hpp"

namespace alster {

/// How an experiment is read.
struct ReadoutRules {
    double planned = 10'000;         // users of both groups that it was planned for: where sequences are narrowest
    std::int64_t least_users = 100;  // of a variant; slices of fewer are not judged
    double practical = 0.0;          // a difference is of use from here on, in units of the outcome
    bool once = false;               // verdicts by the interval of a single look
    bool false_discoveries = false;  // adjust p by Benjamini and Hochberg, not by Holm
};

/// One treatment against the control, for everybody or one slice.
struct TreatmentReadout {
    std::string treatment;
    std::string slice;  // "everybody", "country"
    std::string label;  // "de"; empty: everybody
    Group control;
    Group treated;
    GroupDifference difference;  // of outcomes less what was so before, where that is known
    double adjusted_p = 1;       // for the number of treatments, or of slices
    Verdict verdict = Verdict::cannot_tell;
};

/// What an experiment says.
struct Readout {
    std::vector<std::string> variants = {};
    std::vector<std::int64_t> users = {};  // by variant
    SampleRatio ratio = {};
    bool adjusted = false;  // outcomes of before the experiment were given
    double theta = 0;
    double variance_reduction = 0;
    std::vector<TreatmentReadout> treatments = {};
    std::vector<TreatmentReadout> slices = {};
    std::vector<std::string> too_small = {};
    std::vector<std::string> notes = {};
};

/// First of all it looks whether users fell on the variants as they should have. Errors: bad_data (65) where they did
/// not, or a variant has too few users: nothing can be said then.
[[nodiscard]] Readout read_out(const ExperimentLog& log, const Variants& variants, const ReadoutRules& rules);

[[nodiscard]] nlohmann::ordered_json to_json(const Readout& readout);
[[nodiscard]] std::string to_text(const Readout& readout);

}  // namespace alster
