#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "data/ingest/duplicates.hpp"
#include "data/ingest/event_filter.hpp"
#include "data/ingest/interaction_reader.hpp"
#include "data/ingest/redeliveries.hpp"
#include "data/ingest/split_plan.hpp"
#include "distributed/communicator.hpp"
#include "host/prepare/descriptions.hpp"

namespace alster {

/// What becomes of new events that are no later than the dataset to which they are added, which may hold them already.
enum class LateEvents { refuse, drop, add };

/// What `alster prepare` was asked for.
struct PrepareOptions {
    std::vector<std::string> inputs;  // "-": standard input
    LogLayout layout;
    EventFilter filter;
    DescriptionFile items;
    DescriptionFile users;
    bool only_with_events = false;  // what is described has a row only where the log has it, or the extended dataset
    std::string rules;              // event rules; "": none
    SplitPlan split;
    SplitPlan validation;                  // of what `split` or `test` leaves; none: no such dataset
    std::string extend;                    // a dataset whose rows are kept; "": none
    std::string erased_in;                 // a dataset whose erased ids stay erased; "": that of `extend`
    bool adds = false;                     // its interactions are kept, too: `inputs` hold what it lacks
    LateEvents late = LateEvents::refuse;  // where `adds`
    std::string rules_text;                // rules that are no file; "": those of `rules`
    std::string test;                      // a log that becomes the holdout; "": none
    std::optional<Duplicates> duplicates;  // by default last, with rules sum
    Redelivered redelivered = Redelivered::automatic;
    double max_bad = 0.001;  // fraction of lines
    std::uint64_t seed = 1;
    std::filesystem::path out;
    std::string command_options;  // as text, for the provenance
};

/// The dataset beside the one that was asked for, without its test part, to choose by.
struct ValidationReport {
    std::filesystem::path path;
    std::int64_t interactions = 0;  // training part
    std::int64_t held_out = 0;
};

struct PrepareReport {
    std::int64_t lines = 0;  // with content, headers excepted
    std::int64_t quarantined = 0;
    std::int64_t redelivered = 0;  // events dropped because the log holds them again
    std::int64_t ignored = 0;      // events that options or rules leave out
    std::int64_t erased = 0;       // events dropped because their user or item was erased
    std::int64_t headers = 0;      // lines that repeat a header in the middle of a file
    std::int64_t comments = 0;     // behind the beginning of a file
    std::string columns;  // "user=uid, item=sku; not used: note": what known names of a header decided; "": none
    std::int64_t events = 0;
    std::int64_t duplicates = 0;
    std::int64_t users = 0;
    std::int64_t items = 0;
    std::int64_t new_users = 0;  // that the extended dataset did not have
    std::int64_t new_items = 0;
    std::int64_t late = 0;          // events no later than the dataset to which they are added
    std::int64_t interactions = 0;  // training part
    std::int64_t held_out = 0;
    std::int64_t held_dropped = 0;  // held-out events whose pair is also in the training part
    std::int64_t test_unknown = 0;  // events of the test file with an unknown user or item
    DescriptionReport items_file;
    DescriptionReport users_file;
    double value_min = 0;  // of the training part
    double read_seconds = 0;
    double seconds = 0;
    std::vector<std::string> warnings;  // one line each
    double peak_bytes = 0;              // of the rank that took most memory
    std::optional<ValidationReport> validation;
};

/// Turns logs into a dataset, whose contents do not depend on the number of ranks. Memory of a rank: 32 bytes an event
/// of its share of the input, and ids. Collective; the report is the same on all ranks. Errors: those of the readers
/// and of DatasetWriter; usage (64) for standard input on several ranks; bad_data (65) where no interaction is left to
/// learn from, or where the dataset to which events are added does not tell what they make of it. With a validation part
/// it reads the logs twice, and writes validation_of(options.out) as if the test part had never stood in the log.
PrepareReport prepare(const Communicator& ranks, const PrepareOptions& options);

}  // namespace alster
