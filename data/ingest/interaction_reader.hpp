#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/ingest/line_parser.hpp"
#include "data/ingest/line_source.hpp"
#include "data/ingest/log_layout.hpp"
#include "data/ingest/table_head.hpp"

namespace alster {

/// What files of this format are cut into.
[[nodiscard]] Records records_of(LogFormat format);

/// Lines that say nothing of an event, and were passed over.
struct PassedLines {
    std::int64_t headers = 0;   // that stand again in the middle of a file
    std::int64_t comments = 0;  // behind the beginning of a file
};

/// The events of one or more log files, line by line; a record with line breaks in quoted fields is one line. Of JSON,
/// object by object. Empty lines, comments and headers are passed over.
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

    [[nodiscard]] const PassedLines& passed() const { return passed_; }

    /// Of the JSON objects read so far.
    [[nodiscard]] TakenKeys taken_keys() const;

    /// Of tables, by number of the file: bit c is set where it has the EventColumn c.
    [[nodiscard]] const std::map<std::size_t, unsigned>& columns_of_files() const { return columns_of_files_; }

    /// The columns that known names decided in the first table: "user=uid, item=sku; not used: note"; "": none.
    [[nodiscard]] const std::string& columns() const { return columns_; }

    /// True where a record ended behind the part in which it begins: the next part begins inside of it.
    [[nodiscard]] bool crossed() const { return crossed_; }

private:
    [[nodiscard]] bool next_line();
    [[nodiscard]] bool next_object();
    void begin_file();
    [[nodiscard]] std::unique_ptr<LineParser> make_parser(std::string_view head);
    [[nodiscard]] std::unique_ptr<LineParser> make_table(std::string_view head);
    void require_header_as_first();
    [[nodiscard]] const TableHead* first_head();
    [[nodiscard]] bool pass_over();
    void read_line();
    [[nodiscard]] Defect parse();
    void join_lines();
    [[noreturn]] void refuse_header() const;

    LineSource source_;
    LogLayout layout_;
    std::unique_ptr<LineParser> parser_;
    std::size_t file_;  // the file that parser_ and head_ are made for
    TableHead head_;
    PassedLines passed_;
    std::string columns_;
    TakenKeys taken_;  // in the files before
    std::map<std::size_t, unsigned> columns_of_files_;
    std::optional<TableHead> first_head_;  // where this rank has read the beginning of the first file
    bool crossed_ = false;
    Line line_;
    std::vector<std::string_view> objects_;  // of a line of JSON that are still to be read
    std::size_t next_object_ = 0;
    Defect defect_ = Defect::none;
    std::vector<Event> events_;
};

}  // namespace alster
