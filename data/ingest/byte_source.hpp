#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/ingest/unpacker.hpp"

namespace alster {

/// The bytes of one file, or of standard input ("-"), unpacked where they begin as gzip, bzip2, xz or zstd.
///
/// Errors: bad_data (65) for a missing or unreadable file, packed data that is truncated, altered, or followed by
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

    [[nodiscard]] bool packed() const { return unpacker_ != nullptr; }

private:
    void fill();
    [[nodiscard]] bool has_raw();
    [[nodiscard]] std::size_t copy(std::span<char> target);
    [[nodiscard]] std::size_t unpack(std::span<char> target);

    std::string path_;
    int descriptor_ = -1;
    bool end_of_file_ = false;
    std::vector<char> raw_;  // what was read and not yet handed out: [begin_, end_)
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::unique_ptr<Unpacker> unpacker_;  // null: the bytes are plain
};

}  // namespace alster
