#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/ingest/duplicates.hpp"
#include "data/ingest/interaction_reader.hpp"
#include "data/ingest/split_plan.hpp"

namespace alster {

/// What `alster prepare` was asked for.
struct PrepareOptions {
    std::vector<std::string> inputs;  // "-": standard input
    LogLayout layout;
    std::string items;  // item metadata; "": none
    std::string rules;  // event rules; "": none
    SplitPlan split;
    std::string test;                      // a log that becomes the holdout; "": none
    std::optional<Duplicates> duplicates;  // by default last, with rules sum
    double max_bad = 0.001;                // fraction of lines
    std::uint64_t seed = 1;
    std::filesystem::path out;
    std::string command_options;  // as text, for the provenance
};

struct PrepareReport {
    std::int64_t lines = 0;  // with content, headers excepted
    std::int64_t quarantined = 0;
    std::int64_t events = 0;
    std::int64_t duplicates = 0;
    std::int64_t users = 0;
    std::int64_t items = 0;
    std::int64_t interactions = 0;  // training part
    std::int64_t held_out = 0;
    std::int64_t held_dropped = 0;  // held-out events whose pair is also in the training part
    std::int64_t test_unknown = 0;  // events of the test file with an unknown user or item
    std::int64_t items_described = 0;
    std::int64_t items_unknown = 0;  // items of the item file without interactions
    double read_seconds = 0;
    double seconds = 0;
};

/// Turns logs into a dataset. Memory: 32 bytes an event, and the ids. Errors: those of the readers and of
/// DatasetWriter; bad_data (65) where no interaction is left to learn from.
PrepareReport prepare(const PrepareOptions& options);

}  // namespace alster
