#pragma once
#include <filesystem>

namespace alster {

/// Throws cannot_create (73) where nothing can be written beside the output: before hours of reading, not after.
void check_output(const std::filesystem::path& out);

/// "d.h5.quarantine.tsv"
[[nodiscard]] std::filesystem::path beside(const std::filesystem::path& out, const char* ending);

}  // namespace alster
