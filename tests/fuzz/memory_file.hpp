#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace alster::fuzz {

using Bytes = std::span<const std::uint8_t>;

/// Bytes as a file that has a name and lies in memory.
class MemoryFile {
public:
    explicit MemoryFile(Bytes bytes);
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile();

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    int descriptor_;
    std::string path_;
};

/// A directory in memory, this process's own, removed when it ends.
[[nodiscard]] const std::filesystem::path& memory_directory();

/// A text of the bytes.
[[nodiscard]] std::string text_of(Bytes bytes);

}  // namespace alster::fuzz
