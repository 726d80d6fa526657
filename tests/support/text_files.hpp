#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace alster::test {

/// Writes a file with exactly these bytes and returns its path.
std::string write_file(const std::filesystem::path& path, std::string_view bytes);

/// The same, packed by gzip.
std::string write_gzip(const std::filesystem::path& path, std::string_view bytes);

/// All bytes of a file; "" where it is missing.
std::string read_file(const std::filesystem::path& path);

/// Whether a writer has left a temporary file in a directory; false where there is none.
[[nodiscard]] bool has_temporary_files(const std::filesystem::path& directory);

}  // namespace alster::test
