#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/event_columns.hpp"
#include "data/ingest/log_layout.hpp"
#include "data/ingest/separator.hpp"

namespace alster {

/// What the beginning of a table says of all its lines.
struct TableHead {
    Separator separator = Separator::comma;
    ColumnPositions positions{};
    std::size_t width = 0;  // fields of the header, or of the first line
    bool has_header = false;
    std::string header = {};   // the line itself
    HeaderNames names = {};    // what it names the columns at positions
    std::string mark = {};     // the line "sep=;"
    std::uint64_t body = 0;    // lines that begin before this byte are passed over
    std::string columns = {};  // "user=uid, item=sku; not used: note", where known names decided
};

/// Reads the beginning of a file of format csv, tsv or movielens: file_head_size bytes, or all of a shorter file.
/// Errors: bad_data (65) with what to write, for a header that lacks a column, a first line that looks like a header
/// but does not say enough, a file that another separator cuts, or one that is no table.
[[nodiscard]] TableHead read_table_head(std::string_view head, const LogLayout& layout, const std::string& path);

/// True for a line that begins with '#' and is no event: the mark stands alone or before a blank or another, or the
/// line has not the table's number of fields.
[[nodiscard]] bool is_comment(std::string_view line, std::size_t fields, std::size_t width);

}  // namespace alster
