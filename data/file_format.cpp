#include "data/file_format.hpp"

#include <algorithm>
#include <array>

#include "data/error.hpp"

namespace alster {

namespace {

/// Of all formats. A change that old readers would misread raises the first number. 1.1: text attributes have any
/// length, models and lists hold what is popular. 1.2: attributes of users and items have types. 1.3: datasets
/// say when interactions were.
constexpr std::array<std::int32_t, 2> current_version = {1, 3};

}  // namespace

void write_format(Hdf5File& file, const std::string& format)
{
    file.set_attribute("/", "format", format);
    file.set_attribute("/", "format_version", std::span<const std::int32_t>(current_version));
}

void check_format(const Hdf5File& file, const std::string& format)
{
    const auto found = file.text_attribute("/", "format");
    if (found != format)
        throw Error(ExitCode::bad_data, "{}: is of format '{}', '{}' is needed", file.path().string(), found, format);
    const auto version = file.integers_attribute("/", "format_version");
    if (version.size() != 2 || version[0] < 1)
        throw Error(ExitCode::bad_data, "{}: has no valid format version", file.path().string());
    if (version[0] > current_version[0])
        throw Error(ExitCode::bad_data,
                    "{}: written by a newer alster: format version {}.{}, this one reads {}.x; use that alster",
                    file.path().string(), version[0], version[1], current_version[0]);
}

void check_shape(const Hdf5File& file, const std::string& name, Row rows, Row width)
{
    const auto shape = file.shape(name);
    if (shape.rows != rows || shape.width != width)
        throw Error(ExitCode::bad_data, "{}: {} has shape ({}, {}), not ({}, {}): make the file again",
                    file.path().string(), name, shape.rows, shape.width, rows, width);
}

namespace {

/// The first place of id_order that is wrong, −1: none.
Row first_wrong_place(const Hdf5File& file, const std::string& group, Row rows)
{
    constexpr Row slice = Row{1} << 20;
    const IdColumn ids = read_id_rows(file, group, {0, rows});
    Row before = -1;
    for (Row first = 0; first < rows; first += slice) {
        const auto order = file.read_rows<Row>(group + "/id_order", {first, std::min(rows, first + slice)});
        for (std::size_t k = 0; k < order.size(); ++k) {
            const bool inside = order[k] >= 0 && order[k] < rows;
            if (!inside || (before >= 0 && !ids.before(before, ids, order[k]))) return first + static_cast<Row>(k);
            before = order[k];
        }
    }
    return -1;
}

}  // namespace

void check_ids(const Hdf5File& file, const std::string& group, Row rows)
{
    const auto name = group + "/id_order";
    // other types are met by all ranks, not by the leading one alone
    (void)read_id_rows(file, group, {0, 0});
    (void)file.read_rows<Row>(name, {0, 0});
    const auto places = file.access().gathered(file.access().leads() ? first_wrong_place(file, group, rows) : -1);
    const Row place = places.front();
    if (place < 0) return;
    const auto row = file.read_rows<Row>(name, {place, place + 1}).front();
    if (row < 0 || row >= rows)
        throw Error(ExitCode::bad_data,
                    "{}: {} of place {} is {}, there are {} rows: the file is damaged or was altered",
                    file.path().string(), name, place, row, rows);
    const auto before = file.read_rows<Row>(name, {place - 1, place}).front();
    const auto id = [&](Row r) { return read_id_rows(file, group, {r, r + 1}).text(0); };
    throw Error(ExitCode::bad_data,
                "{}: {} does not ascend: id '{}' of row {} comes after '{}' of row {}; ids must be unique: the file is "
                "damaged or was altered",
                file.path().string(), name, id(row), row, id(before), before);
}

void write_id_rows(Hdf5File& file, const std::string& group, Row rows, Row first, const IdColumn& ids,
                   std::size_t id_bytes)
{
    const auto name = group + "/id";
    if (id_bytes > 0) {
        file.make_text(name, rows, id_bytes);
        file.write_text(name, first, ids.texts);
        file.seal(name);
    } else {
        write_all_rows<std::int64_t>(file, name, rows, 0, first, ids.numbers);
    }
    file.set_attribute(name, "id_kind", std::string_view(id_bytes > 0 ? "string" : "int64"));
}

IdColumn read_id_rows(const Hdf5File& file, const std::string& group, RowRange rows)
{
    const auto name = group + "/id";
    const auto kind = file.text_attribute(name, "id_kind");
    if (kind == "int64")
        return {.kind = IdKind::int64, .numbers = file.read_rows<std::int64_t>(name, rows), .texts = {}};
    if (kind != "string")
        throw Error(ExitCode::bad_data, "{}: {} has the unknown id_kind '{}'", file.path().string(), name, kind);
    return {.kind = IdKind::text, .numbers = {}, .texts = file.read_text_rows(name, rows)};
}

}  // namespace alster
