#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/ingest/line_parser.hpp"
#include "data/ingest/line_source.hpp"

namespace alster {

enum class LogFormat { csv, tsv, jsonl, movielens, pairs, lists };

/// What files of this format are cut into.
[[nodiscard]] Records records_of(LogFormat format);

/// How to read a log (docs/logs.md).
struct LogLayout {
    LogFormat format = LogFormat::csv;
    ColumnSpec columns;  // empty: user=0,item=1 and, where the first line has so many fields, value=2,time=3
    TimeFormat times = {};
    bool header = false;  // csv and tsv: the first line of each file names its columns
};

/// The events of one or more log files, line by line; of JSON, object by object. Empty lines are passed over.
/// Errors: those of LineSource; usage (64) for columns that the format cannot have; bad_data (65) where a header lacks
/// one.
class InteractionReader {
public:
    InteractionReader(std::vector<std::string> paths, LogLayout layout);

    /// Parts of the files. What the first line of a file says holds for all of its parts.
    InteractionReader(std::vector<std::string> paths, std::vector<FilePart> parts, LogLayout layout);

    /// Reads the next line that is not empty, or the next object; false at the end.
    [[nodiscard]] bool next();

    [[nodiscard]] Defect defect() const { return defect_; }
    [[nodiscard]] std::string_view detail() const { return parser_->detail(); }  // more about the defect, or ""
    [[nodiscard]] std::span<const Event> events() const { return events_; }      // where defect() is none
    [[nodiscard]] bool has_event_ids() const { return !layout_.columns[EventColumn::event_id].empty(); }
    [[nodiscard]] const Line& line() const { return line_; }
    [[nodiscard]] const std::string& path() const { return source_.path(line_.file); }
    [[nodiscard]] const std::vector<std::int64_t>& lines() const { return source_.lines(); }  // read, of each file

private:
    [[nodiscard]] bool next_line();
    [[nodiscard]] bool next_object();
    [[nodiscard]] Defect read_line();
    [[nodiscard]] bool begin_file();
    [[nodiscard]] bool make_parser(const Line& first);
    [[nodiscard]] bool make_table(const Line& first, Separator separator);
    [[nodiscard]] bool make_movielens(const Line& first);

    LineSource source_;
    LogLayout layout_;
    std::unique_ptr<LineParser> parser_;
    std::size_t file_;  // the file that parser_ is made for
    Line line_;
    std::vector<std::string_view> objects_;  // of a line of JSON that are still to be read
    std::size_t next_object_ = 0;
    Defect defect_ = Defect::none;
    std::vector<Event> events_;
};

}  // namespace alster
