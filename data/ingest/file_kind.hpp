#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace alster {

/// How much of a file's beginning is looked at.
inline constexpr std::size_t file_head_size = std::size_t{1} << 16;

/// Refuses a file that is no text of lines, by its first (unpacked) bytes; `head` holds file_head_size bytes, or the
/// whole file where it is shorter.
/// Error: bad_data (65) that names the kind of file (an archive, Parquet, UTF-16, …) and says what to do.
void refuse_other_kinds(const std::string& path, std::string_view head);

}  // namespace alster
