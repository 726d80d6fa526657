#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alster {

/// Where JSON objects begin and end, by quotes and brackets alone; what is in
/// them is not judged. Between objects there may be blanks, commas and
/// brackets: so the elements of an array are objects one after the other.

/// Bytes in front of the next object or of something else.
[[nodiscard]] std::size_t separators_length(std::string_view text);

/// Bytes of the object that `text` begins with; npos where its end is not in
/// the text.
[[nodiscard]] std::size_t object_length(std::string_view text);

/// The objects of a line. What is no object is one piece, up to the next one; a
/// line with a single object and something else is one piece as a whole. None
/// for a line of separators only.
void split_objects(std::string_view line, std::vector<std::string_view>& objects);

/// So much of a file decides how it is cut.
inline constexpr std::size_t look_ahead = std::size_t{1} << 20;

/// True where objects reach over several lines, or where `beginning` is full of
/// objects without an end of a line. `beginning`: the first look_ahead bytes of
/// a file; `whole`: all of them.
[[nodiscard]] bool objects_span_lines(std::string_view beginning, bool whole);

/// Throws bad_data (65) for a plain file that begins with [ and does not end
/// with ]: the rest of the array is missing, though its last object may be whole.
void require_end_of_array(const std::string& path);

}  // namespace alster
