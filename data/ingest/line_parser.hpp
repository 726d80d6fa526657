#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "data/ingest/event.hpp"
#include "data/ingest/event_columns.hpp"
#include "data/ingest/field_splitter.hpp"

namespace alster {

/// Reads the events of one line.
class LineParser {
public:
    virtual ~LineParser() = default;

    /// Replaces `events` by those of the line; their views hold until the next call and as long as the line. Where the
    /// line has a defect, `events` means nothing.
    [[nodiscard]] virtual Defect parse(std::string_view line, std::vector<Event>& events) = 0;

    /// More about the last defect, where the parser knows it: which key, what it is.
    [[nodiscard]] virtual std::string_view detail() const { return {}; }
};

/// One event a line, its parts in fields at given positions.
[[nodiscard]] std::unique_ptr<LineParser> delimited_parser(Separator separator, const ColumnPositions& positions);

/// "user item item …": one event for each item.
[[nodiscard]] std::unique_ptr<LineParser> list_parser();

/// A JSON object; `keys` names those of the columns, "payload.user" for one inside another object. Without `keys` they
/// are found by known names (known_names.hpp). Ids are strings or numbers, true and false are the values 1 and 0; a key
/// that is missing, null or "" counts as not given, user and item excepted.
[[nodiscard]] std::unique_ptr<LineParser> json_parser(const ColumnSpec& keys);

}  // namespace alster
