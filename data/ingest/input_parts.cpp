#include "data/ingest/input_parts.hpp"

#include <algorithm>
#include <filesystem>

#include "data/ingest/byte_source.hpp"
#include "data/ingest/json_objects.hpp"

namespace alster {

namespace {

bool spans_lines(ByteSource& file)
{
    std::string beginning(look_ahead, '\0');
    std::size_t size = 0;
    for (std::size_t more = 1; more > 0 && size < look_ahead; size += more)
        more = file.read({beginning.data() + size, look_ahead - size});
    return objects_span_lines(std::string_view(beginning).substr(0, size), size < look_ahead);
}

InputFile inspected(const std::string& path, Records records)
{
    std::error_code none;
    // a pipe must not be touched: what is read of it is gone
    if (path == "-" || std::filesystem::is_other(path, none)) return {.path = path};
    ByteSource file(path);
    const bool whole = file.packed() || (records == Records::json_objects && spans_lines(file));
    return {.path = path, .bytes = std::filesystem::file_size(path), .divisible = !whole};
}

/// Room of a file in the whole of the input: also one without a size begins somewhere.
std::uint64_t room(const InputFile& file) { return std::max<std::uint64_t>(file.bytes, 1); }

}  // namespace

std::vector<InputFile> inspect_inputs(std::span<const std::string> paths, Records records)
{
    std::vector<InputFile> files;
    for (const auto& path : paths) files.push_back(inspected(path, records));
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
