#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/ingest/byte_source.hpp"
#include "data/ingest/input_parts.hpp"

namespace alster {

/// A line of one of several files, without its end (LF or CRLF) and without a byte order mark.
struct Line {
    std::string_view text;    // valid until the next line is asked for
    std::int64_t number = 0;  // in its part of the file, from 1
    std::uint64_t begin = 0;  // its first byte in the (unpacked) file
    std::size_t file = 0;     // which of the files
};

/// The lines of several text files ("-": standard input), plain or packed, one after the other; or of parts of them.
/// Errors: those of ByteSource; bad_data (65) for a file that is no text (file_kind.hpp) and a line above 64 MiB.
class LineSource {
public:
    explicit LineSource(std::vector<std::string> paths);
    /// `records`: where JSON objects reach over several lines, an object is handed out as a line, with the number of
    /// the line that it begins in.
    LineSource(std::vector<std::string> paths, std::vector<FilePart> parts, Records records = Records::lines);

    /// False at the end of the last part.
    [[nodiscard]] bool next(Line& line);

    [[nodiscard]] const std::string& path(std::size_t file) const { return paths_[file]; }

    /// Makes the line that was read last longer by the next one, a line feed between them; false at the end of the
    /// file.
    [[nodiscard]] bool extend(Line& line);

    /// Takes back what extend() has added to the line.
    void restore(Line& line);

    /// Where the last of the lines that extend() has joined begins, in the (unpacked) file.
    [[nodiscard]] std::uint64_t last_begin() const { return last_begin_; }

    /// The part that is being read.
    [[nodiscard]] const FilePart& part() const { return parts_[opened_ - 1]; }

    /// The first bytes of the file that is being read, 64 KiB or all; empty where its part begins further on.
    [[nodiscard]] std::string_view head() const { return head_; }

    /// (files) lines of each that were read so far.
    [[nodiscard]] const std::vector<std::int64_t>& lines() const { return lines_; }

private:
    struct Extent {
        std::size_t text = 0;   // bytes
        std::size_t whole = 0;  // with the line's end
    };
    [[nodiscard]] bool open_next();
    [[nodiscard]] bool find_line(Line& line, std::size_t searched = 0);
    [[nodiscard]] bool find_object(Line& line);
    [[nodiscard]] bool skip_separators(std::int64_t& lines);
    [[nodiscard]] bool objects_span_lines();
    [[nodiscard]] bool fill();
    void read_head();
    void take(Line& line, std::size_t length, std::size_t terminator);
    void cut(Line& line, Extent extent);

    std::vector<std::string> paths_;
    std::vector<FilePart> parts_;
    Records records_;
    bool by_object_ = false;  // the open file is cut into objects
    std::size_t opened_ = 0;  // parts
    std::vector<std::int64_t> lines_;
    std::uint64_t part_end_ = 0;
    std::unique_ptr<ByteSource> source_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;  // [begin_, end_) is read and not yet handed out
    std::size_t end_ = 0;
    std::uint64_t position_ = 0;  // of begin_ in the file
    std::string head_;
    Extent taken_;  // what was handed out last
    Extent first_;  // of it the first line
    std::int64_t added_lines_ = 0;
    std::uint64_t last_begin_ = 0;
};

}  // namespace alster
