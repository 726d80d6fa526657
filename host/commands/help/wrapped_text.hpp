#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace alster {

/// Columns that a text takes on a terminal: its code points.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// The text in lines of at most `width` columns, broken at blanks; a longer word has a line of its own.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// The footer of a command: prose is wrapped, a command too long is continued behind a backslash, and what else begins
/// with a blank stays as it is.
[[nodiscard]] std::string wrapped_footer(std::string_view footer, std::size_t width);

/// Columns for help: the terminal's, from 60 to 90; 80 where standard output is no terminal.
[[nodiscard]] std::size_t help_width();

}  // namespace alster
