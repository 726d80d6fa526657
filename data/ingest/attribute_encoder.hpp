#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/attributes.hpp"

namespace alster {

/// Stands between the parts of a set in the texts that files of items and users are read into: no text has it.
inline constexpr char set_mark = '\x1f';

/// What begins with [ or { and ends likewise: as the whole value of a set it could not be taken apart.
[[nodiscard]] bool is_list(std::string_view text);

/// A time as descriptions have it: what parse_time() reads, a date before 1970, "01-Jan-1995", or a year of four digits.
/// Unix seconds.
[[nodiscard]] std::optional<std::int64_t> attribute_time(std::string_view text);

/// The distinct values of a category or a set, ascending by bytes.
[[nodiscard]] std::vector<std::string> distinct_values(AttributeType type, std::span<const std::string> texts);

/// What seems to separate parts within these values of a set, none of which was taken apart: a mark between texts that
/// recur, as in "Drama" and "Comedy, Drama".
[[nodiscard]] std::optional<char> overlooked_separator(std::span<const std::string> vocabulary);

/// Typed values of rows, and what could not be read as such.
struct EncodedAttribute {
    AttributeColumn column;
    std::int64_t unreadable = 0;        // taken as not given
    std::string first_unreadable = {};  // text
};

/// `vocabulary`: of a category or a set, the distinct values of all ranks. Empty texts and the usual words for nothing
/// ("NA", "null" …, but not of a category or a set) were not given.
[[nodiscard]] EncodedAttribute encode(AttributeType type, std::span<const std::string> texts,
                                      const std::vector<std::string>& vocabulary, std::size_t text_width);

}  // namespace alster
