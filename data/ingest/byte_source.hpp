#pragma once
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace alster {

/// The bytes of one file, or of standard input ("-"), unpacked where they begin with the magic bytes of gzip.
///
/// Errors: bad_data (65) for a missing or unreadable file, a gzip stream that is truncated, altered, or followed by
/// other bytes; io (74) where reading fails half-way.
class ByteSource {
public:
    /// `begin` > 0 is where reading starts, in a plain file.
    explicit ByteSource(std::string path, std::uint64_t begin = 0);
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;
    ~ByteSource();

    /// Fills the beginning of `target` and returns how much of it; 0 at the end only.
    [[nodiscard]] std::size_t read(std::span<char> target);

    [[nodiscard]] bool gzip() const { return gzip_; }

private:
    void fill();
    [[nodiscard]] bool has_packed();
    [[nodiscard]] std::size_t copy(std::span<char> target);
    [[nodiscard]] std::size_t unpack(std::span<char> target);

    std::string path_;
    int descriptor_ = -1;
    bool gzip_ = false;
    bool inside_member_ = false;  // a gzip member has begun and not ended
    bool end_of_file_ = false;
    std::vector<char> raw_;  // what was read and not yet handed out: [begin_, end_)
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    z_stream stream_{};
};

}  // namespace alster
