#pragma once
#include <span>
#include <string_view>

#include "data/ingest/table_head.hpp"
#include "data/ingest/time_format.hpp"

namespace alster {

/// What the fields of a header say at these positions, which count `row_names` columns in front of them, too.
[[nodiscard]] HeaderNames names_at(const ColumnPositions& positions, std::span<const std::string_view> header,
                                   std::size_t row_names);

/// Of a header over columns that were given by position. Throws bad_data (65) where it is an event, which would be lost:
/// a number or a time stands where a value, a confidence or a time belongs, or where there is none of these, numbers
/// for user and item. And where it names the columns in another order: "item" for the user, and the other way round.
void require_header(const TableHead& head, const TimeFormat& times, std::string_view where);

/// Throws bad_data (65) where the headers of two files name the columns differently.
void require_same_columns(const HeaderNames& names, const HeaderNames& first, std::string_view path,
                          std::string_view first_path);

}  // namespace alster
