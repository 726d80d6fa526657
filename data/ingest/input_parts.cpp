#include "data/ingest/input_parts.hpp"

#include <algorithm>
#include <filesystem>

#include "data/ingest/byte_source.hpp"

namespace alster {

namespace {

InputFile inspected(const std::string& path)
{
    std::error_code none;
    // a pipe must not be touched: what is read of it is gone
    if (path == "-" || std::filesystem::is_other(path, none)) return {.path = path};
    const bool gzip = ByteSource(path).gzip();
    return {.path = path, .bytes = std::filesystem::file_size(path), .divisible = !gzip};
}

/// Room of a file in the whole of the input: also one without a size begins somewhere.
std::uint64_t room(const InputFile& file) { return std::max<std::uint64_t>(file.bytes, 1); }

}  // namespace

std::vector<InputFile> inspect_inputs(std::span<const std::string> paths)
{
    std::vector<InputFile> files;
    for (const auto& path : paths) files.push_back(inspected(path));
    return files;
}

std::vector<FilePart> parts_of(std::span<const InputFile> files, int rank, int ranks)
{
    std::uint64_t total = 0;
    for (const auto& file : files) total += room(file);
    const auto border = [&](int r) {
        const auto n = static_cast<std::uint64_t>(r), of = static_cast<std::uint64_t>(ranks);
        return total / of * n + total % of * n / of;
    };
    const std::uint64_t first = border(rank), last = border(rank + 1);
    std::vector<FilePart> parts;
    std::uint64_t start = 0;  // of the file, in the whole
    for (std::size_t f = 0; f < files.size(); start += room(files[f++])) {
        const std::uint64_t begin = std::max(first, start), end = std::min(last, start + room(files[f]));
        if (begin >= end) continue;
        if (files[f].divisible)
            parts.push_back({.file = f, .begin = begin - start, .end = end - start});
        else if (begin == start)
            parts.push_back({.file = f});
    }
    return parts;
}

std::vector<FilePart> whole_files(std::size_t files)
{
    std::vector<FilePart> parts;
    for (std::size_t f = 0; f < files; ++f) parts.push_back({.file = f});
    return parts;
}

}  // namespace alster
