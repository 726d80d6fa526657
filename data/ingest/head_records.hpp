#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "data/ingest/separator.hpp"

namespace alster {

/// A line of the beginning of a file that is not blank.
struct HeadRecord {
    std::string_view text;
    std::int64_t line = 0;
    std::size_t end = 0;  // the byte behind it
    bool ended = true;    // false: the beginning ends in it, without the end of the line
};

[[nodiscard]] std::vector<HeadRecord> head_records(std::string_view head);

/// The separator in "sep=;", with or without quotes, which Excel writes and reads.
[[nodiscard]] std::optional<Separator> separator_line(std::string_view line);

/// R's write.table gives a line one field more than the header: the name of the row, in front, quoted or a number that
/// counts the rows. Its write.csv names that column, so that surplus fields behind commas are something else.
/// `width`: fields of the header, which stands before the rows.
[[nodiscard]] bool rows_are_named(std::span<const HeadRecord> rows, Separator separator, std::size_t width);

}  // namespace alster
