#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/time_format.hpp"

namespace alster {

/// The first rows of a table without a header: of each row its fields.
struct HeadRows {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> nulls;  // spellings of what is not given
    TimeFormat times;
    bool decimal_comma = false;
};
inline constexpr std::size_t most_head_rows = 2000;

/// Of a table that is to be read as user, item, value, time, in this order, because nothing else was said. Errors: usage
/// (64) with the --columns to write, where a column holds something else, or there are more than four.
void require_usual_order(const HeadRows& table, std::string_view where);

/// Of lines that are to be read as user and item, or as user and items. Errors: usage (64) with what to write, where one
/// of the columns of ids holds times or numbers with a fraction.
void require_ids(const HeadRows& table, std::string_view where, bool lists);

/// Errors: bad_data (65) where a column of ids has "7" and "8.0": data frames write so where an id is absent, and 8 and
/// 8.0 would be two.
void require_one_spelling(const HeadRows& table, int user, int item, std::string_view where);

/// Errors: bad_data (65) where the column of items holds several in one field, "10 11 12" or "[10,11]".
void require_one_item(const HeadRows& table, int item, std::string_view where);

/// True where every comma of a line stands in a number, user and item (the first two) having none.
[[nodiscard]] bool commas_are_decimal(const std::vector<std::string_view>& fields);

}  // namespace alster
