#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/event.hpp"
#include "data/ingest/event_columns.hpp"
#include "data/ingest/field_splitter.hpp"
#include "data/ingest/taken_keys.hpp"

namespace alster {

/// Why a line without a defect has no events.
enum class Passed { nothing, header, comment, empty };

/// Reads the events of one line.
class LineParser {
public:
    virtual ~LineParser() = default;

    /// Replaces `events` by those of the line; their views hold until the next call and as long as the line. Where the
    /// line has a defect, `events` means nothing.
    [[nodiscard]] virtual Defect parse(std::string_view line, std::vector<Event>& events) = 0;

    /// More about the last defect, where the parser knows it: which key, what it is.
    [[nodiscard]] virtual std::string_view detail() const { return {}; }

    /// What the last line was where it had neither events nor a defect.
    [[nodiscard]] virtual Passed passed() const { return Passed::nothing; }

    /// Which keys of JSON were taken for a column by their known names, by all lines so far.
    [[nodiscard]] virtual TakenKeys taken_keys() const { return {}; }

    /// True where a quoted field may go on in the next line.
    [[nodiscard]] virtual bool may_go_on() const { return false; }

    /// True where the text, one line or several, is one record of the table, its quotes closed.
    [[nodiscard]] virtual bool is_record(std::string_view) { return true; }

    /// True where the line has as many separators as a row of the table.
    [[nodiscard]] virtual bool is_row(std::string_view) const { return true; }
};

/// A table: where its fields stand, and how they are written.
struct TableFormat {
    Separator separator = Separator::comma;
    ColumnPositions positions{};
    std::size_t width = 0;                // fields of the header, or of the first line: no line has more; 0: unknown
    bool find_headers = true;             // a line that names user and item is passed over
    bool decimal_comma = false;           // "1,234" is a little more than 1
    std::vector<std::string> nulls = {};  // spellings of what is not given
};

/// One event a line, its parts in fields at given positions. A value, time, type or confidence without a text is not
/// given.
[[nodiscard]] std::unique_ptr<LineParser> delimited_parser(const TableFormat& format);

/// "user item item …": one event for each item. An id that is one of `nulls` is not given, a defect.
[[nodiscard]] std::unique_ptr<LineParser> list_parser(std::vector<std::string> nulls = {});

/// A JSON object; `keys` names those of the columns, "payload.user" for one inside another object; no other is taken.
/// Without `keys` they are found by known names (column_names.hpp), in the input file of this number. Ids are strings or
/// numbers, true and false are the values 1 and 0; a key that is missing, null, "" or one of `nulls` counts as not
/// given, user and item excepted.
[[nodiscard]] std::unique_ptr<LineParser> json_parser(const ColumnSpec& keys, std::size_t file,
                                                      std::vector<std::string> nulls = {});

}  // namespace alster
