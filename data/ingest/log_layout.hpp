#pragma once
#include <optional>
#include <string>
#include <vector>

#include "data/ingest/event_columns.hpp"
#include "data/ingest/separator.hpp"
#include "data/ingest/time_format.hpp"

namespace alster {

/// What a log is made of. A new one is also entered in make_parser() and its checks (interaction_reader.cpp), in `formats`
/// of host/commands/prepare_options.cpp, in docs/logs.md and in tests/fuzz/logs_fuzzer.cpp.
enum class LogFormat { csv, tsv, jsonl, movielens, pairs, lists };

/// How to read a log (docs/logs.md).
struct LogLayout {
    LogFormat format = LogFormat::csv;
    ColumnSpec columns = {};  // empty: by known names of a header, else user=0,item=1 and, where the first line has so
                              // many fields, value=2,time=3
    TimeFormat times = {};
    std::optional<bool> header = std::nullopt;  // csv and tsv: the first line of each file names its columns; nothing:
                                                // found out
    std::optional<Separator> separator = std::nullopt;  // csv and tsv: nothing is the format's own
    bool decimal_comma = false;                         // "1,234" is a little more than 1
    std::vector<std::string> nulls = {};                // spellings of a value that is not given
};

}  // namespace alster
