#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/field_splitter.hpp"
#include "data/ingest/line_source.hpp"

namespace alster {

/// Reads a table with a header, line by line: fields between tabs, semicolons or commas, whichever the header has; plain
/// or packed. Errors: bad_data (65) with file and line for a header without a column that is needed, a line with another
/// number of fields, and quotes that are not closed.
class NamedTable {
public:
    /// `needed`: columns that must be there.
    NamedTable(const std::string& path, std::span<const std::string_view> needed);

    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }

    /// Where a column stands, or nothing.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const;

    /// The next row's fields, which hold until the next call; nothing at the end. Empty lines are no rows.
    [[nodiscard]] const std::vector<std::string_view>* next();

    /// A field of the last row, of a needed column.
    [[nodiscard]] std::string_view text(std::string_view column) const { return fields_[*find(column)]; }

    /// The same as a finite number. Error: bad_data (65).
    [[nodiscard]] double number(std::string_view column) const;

    /// The same, of which squares may be added up. Error: bad_data (65).
    [[nodiscard]] double quantity(std::string_view column) const;

    /// "file:line" of the last row.
    [[nodiscard]] std::string where() const;

private:
    void read_header(std::span<const std::string_view> needed);

    LineSource source_;
    std::string path_;
    Line line_;
    std::vector<std::string> columns_;
    std::vector<std::string_view> fields_;
    std::optional<FieldSplitter> splitter_;
};

}  // namespace alster
