#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace alster {

/// A file that one process writes from its beginning to its end, through a buffer: under a temporary name, until
/// commit() gives it its own. A link stays, what it leads to is written. Removed where commit() is not reached. Errors: cannot_create (73), io (74).
class OutputFile {
public:
    explicit OutputFile(const std::filesystem::path& path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    void write(std::string_view text);

    /// Writes the whole of another file, which must have `bytes` bytes.
    void append(const std::filesystem::path& other, std::uint64_t bytes);

    /// Ends writing: all bytes are on the disk, and as many as were written. The name stays temporary.
    void finish();

    /// finish(), and the final name.
    void commit();

    [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    void flush();
    void write_now(std::string_view left) const;
    [[noreturn]] void fail(int reason) const;

    std::filesystem::path path_;
    std::filesystem::path temporary_;
    int file_ = -1;
    std::uint64_t bytes_ = 0;
    std::string buffer_;
};

/// Makes `path` a file of this text, at once: whoever opens it finds the old one or the new one.
void write_whole(const std::filesystem::path& path, std::string_view text);

}  // namespace alster
