#include "data/file_format.hpp"

#include <array>

#include "data/error.hpp"

namespace alster {

void write_format(Hdf5File& file, const std::string& format)
{
    file.set_attribute("/", "format", format);
    const std::array<std::int32_t, 2> version = {format_major, format_minor};
    file.set_attribute("/", "format_version", std::span<const std::int32_t>(version));
}

void require_format(const Hdf5File& file, const std::string& format)
{
    const std::string path = file.path().string();
    const std::string found = file.text_attribute("/", "format");
    if (found != format)
        throw Error(ExitCode::bad_data, "{}: is an {} file, and an {} file is needed", path, found, format);
    const auto version = file.integers_attribute("/", "format_version");
    if (version.size() != 2 || version[0] > format_major)
        throw Error(ExitCode::bad_data, "{}: was written by a newer alster (format version {}): update alster", path,
                    version.empty() ? 0 : version[0]);
}

std::string group_of(Side side) { return std::string("/") + name(side); }

IdColumn read_ids(const Hdf5File& file, Side side, RowRange rows)
{
    const std::string dataset = group_of(side) + "/id";
    if (file.text_attribute(dataset, "id_kind") == "int64")
        return {.kind = IdKind::int64, .numbers = file.read_rows<std::int64_t>(dataset, rows), .texts = {}};
    return {.kind = IdKind::text, .numbers = {}, .texts = file.read_text_rows(dataset, rows)};
}

}  // namespace alster
