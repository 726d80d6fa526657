#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace alster {

/// A file of the input as a process finds it that is to share it out.
struct InputFile {
    std::string path;
    std::uint64_t bytes = 0;  // 0 for what has no size: a pipe, standard input
    bool divisible = false;   // plain and of known size: it can be read from any byte on
};

/// The lines of a file that begin at the bytes [begin, end).
struct FilePart {
    std::size_t file = 0;  // which of the files
    std::uint64_t begin = 0;
    std::uint64_t end = std::numeric_limits<std::uint64_t>::max();
};

/// What a file is cut into: lines, or JSON objects, which may reach over several lines; a file in which they do is not
/// divisible.
enum class Records { lines, json_objects };

/// Looks at the files. Errors: bad_data (65) for one that is missing or unreadable.
[[nodiscard]] std::vector<InputFile> inspect_inputs(std::span<const std::string> paths,
                                                    Records records = Records::lines);

/// What process `rank` of `ranks` reads: the files, laid end to end, are cut into as many equal ranges. A file that is
/// not divisible belongs wholly to the range that it begins in. The parts of all processes, in rank order, are the
/// input.
[[nodiscard]] std::vector<FilePart> parts_of(std::span<const InputFile> files, int rank, int ranks);

/// Every file whole.
[[nodiscard]] std::vector<FilePart> whole_files(std::size_t files);

}  // namespace alster
