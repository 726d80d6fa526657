#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/byte_source.hpp"

namespace alster {

/// A line of one of several files, without its end (LF or CRLF) and without a byte order mark.
struct Line {
    std::string_view text;    // valid until the next line is asked for
    std::int64_t number = 0;  // in its file, from 1
    std::size_t file = 0;     // which of the files
};

/// The lines of several text files ("-": standard input), plain or gzip, one after the other.
/// Errors: those of ByteSource; bad_data (65) for a line above 64 MiB.
class LineSource {
public:
    explicit LineSource(std::vector<std::string> paths);

    /// False at the end of the last file.
    [[nodiscard]] bool next(Line& line);

    [[nodiscard]] const std::string& path(std::size_t file) const { return paths_[file]; }

private:
    [[nodiscard]] bool open_next();
    [[nodiscard]] bool fill();
    [[nodiscard]] bool take(Line& line, std::size_t length, std::size_t terminator);

    std::vector<std::string> paths_;
    std::size_t opened_ = 0;
    std::int64_t number_ = 0;
    std::unique_ptr<ByteSource> source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  // [begin_, end_) is read and not yet handed out
    std::size_t end_ = 0;
};

}  // namespace alster
