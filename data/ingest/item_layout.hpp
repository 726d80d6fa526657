#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/field_splitter.hpp"
#include "data/ingest/item_columns.hpp"
#include "data/ingest/line_source.hpp"

namespace alster {

/// How the lines of an items file become columns.
struct ItemLayout {
    Separator separator = Separator::comma;
    bool json = false;                      // objects, whose keys are columns
    bool header = false;                    // the first line names the columns
    std::vector<std::string> columns = {};  // by position; "" is passed over
    std::vector<AttributeType> types = {};  // by position
    std::vector<char> sets = {};            // by position; what separates the parts of a set, or '\0'
    std::size_t id = 0;
    std::size_t width = 0;                // fields of a line, at most
    std::vector<std::string> flags = {};  // genres that are given as 0 or 1 from item_flags_begin on
};

inline constexpr std::size_t item_flags_begin = 5;  // u.item: id, title, date, video date, address, then the flags

/// The first line of content: "sep=;", comments and empty lines stand before it, and a '#' before a header.
struct FirstItemLine {
    Line line;
    std::optional<Separator> separator = std::nullopt;  // of "sep=;"
};

/// Errors: bad_data (65) where the file has none.
[[nodiscard]] FirstItemLine first_item_line(LineSource& source, Side side);

/// Finds the layout by the first line of content: JSON by its bracket, movies.dat by ::, u.item by its flags,
/// users.dat and u.user by their genders, else a table, whose header must name a column that is known, or `columns`. `path` is for messages and to find
/// u.genre, `head` is the beginning of the file. Errors: bad_data (65) for a header that lacks a column, and for a
/// first line that seems to be no header.
[[nodiscard]] ItemLayout item_layout(const std::string& path, const FirstItemLine& first, std::string_view head,
                                     const ItemColumnSpec& columns, Side side);

}  // namespace alster
