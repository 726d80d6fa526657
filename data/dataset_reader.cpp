#include <algorithm>

#include "data/attribute_fields.hpp"
#include "data/dataset_check.hpp"
#include "data/dataset_file.hpp"
#include "data/dataset_layout.hpp"
#include "data/error.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

[[noreturn]] void inconsistent(const Hdf5File& file, const std::string& group, const std::string& what)
{
    throw Error(ExitCode::bad_data, "{}: {}: {}: the file is damaged, prepare it again", file.path().string(), group,
                what);
}

void check_offsets(const Hdf5File& file, const std::string& group, const std::vector<Offset>& offsets, RowRange rows,
                   RowRange all, Offset entries)
{
    const bool starts = rows.first != all.first || offsets.front() == 0;
    const bool ends = rows.last != all.last || offsets.back() == entries;
    const bool inside = offsets.front() >= 0 && offsets.back() <= entries;
    if (!starts || !ends || !inside || !std::is_sorted(offsets.begin(), offsets.end()))
        inconsistent(file, group, "its offsets do not ascend from 0 to the number of entries");
}

void check_columns(const Hdf5File& file, const std::string& group, const Interactions& rows, Row columns)
{
    for (Row r = 0; r < rows.rows(); ++r) {
        const auto row = rows.columns_of(r);
        if (row.empty()) continue;
        const bool ascend = std::adjacent_find(row.begin(), row.end(), std::greater_equal<>()) == row.end();
        if (!ascend || row.front() < 0 || row.back() >= columns)
            inconsistent(file, group, "the columns of a row do not ascend within the number of columns");
    }
}

void check_roles(const Hdf5File& file, const std::string& group, const std::vector<Roles>& roles)
{
    if (std::ranges::any_of(roles, [](Roles role) { return role == 0 || role > all_roles; }))
        inconsistent(file, group, "a role is none of 1 to 7");
}

}  // namespace

DatasetReader::DatasetReader(const std::filesystem::path& path, const FileAccess& access, Verify verify)
    : file_(Hdf5File::open(path, access, Verify::nothing))
{
    check_format(file_, dataset_format);
    each_attribute(info_, ReadField{file_});
    if (file_.has_attribute("/", extends_attribute)) info_.extends = file_.text_attribute("/", extends_attribute);
    info_.roles = file_.has_attribute("/", roles_attribute);
    info_.times = file_.has_attribute("/", times_attribute);
    if (file_.has_attribute("/", erased_from_attribute))
        info_.erased_from = file_.text_attribute("/", erased_from_attribute);
    check(file_, info_);
    if (verify == Verify::all) verify_dataset(file_, info_);
    info_.tombstones = read_tombstones(file_);
}

std::vector<Offset> DatasetReader::offsets(Part part, Side side, RowRange range) const
{
    if (entries_of(info_, part) == 0) return std::vector<Offset>(static_cast<std::size_t>(range.size()) + 1, 0);
    const auto group = group_of(part, side);
    auto offsets = file_.read_rows<Offset>(group + "/offsets", {range.first, range.last + 1});
    check_offsets(file_, group, offsets, range, {0, rows(side)}, entries_of(info_, part));
    return offsets;
}

Interactions DatasetReader::interactions(Part part, Side side, RowRange range) const
{
    auto offsets = this->offsets(part, side, range);
    const RowRange entries{offsets.front(), offsets.back()};
    for (auto& offset : offsets) offset -= entries.first;
    Interactions result = read_entries(part, side, entries);
    result.offsets = std::move(offsets);
    check_columns(file_, group_of(part, side), result, rows(other(side)));
    return result;
}

std::vector<std::uint32_t> DatasetReader::times(Part part, RowRange users) const
{
    if (!info_.times)
        throw Error(ExitCode::usage,
                    "{}: it does not say when interactions were: prepare it again, from a log with times",
                    file_.path().string());
    if (entries_of(info_, part) == 0) return {};
    const auto rows = offsets(part, Side::users, users);
    return file_.read_rows<std::uint32_t>(group_of(part, Side::users) + "/times", {rows.front(), rows.back()});
}

Interactions DatasetReader::part_of_row(Side side, Row row, RowRange entries) const
{
    const Offset first = offsets(Part::train, side, {row, row + 1}).front();
    Interactions result = read_entries(Part::train, side, {first + entries.first, first + entries.last});
    result.offsets = {0, entries.size()};
    check_columns(file_, group_of(Part::train, side), result, rows(other(side)));
    return result;
}

Interactions DatasetReader::read_entries(Part part, Side side, RowRange entries) const
{
    Interactions result;
    if (entries_of(info_, part) == 0) return result;
    const auto group = group_of(part, side);
    result.columns = file_.read_rows<Column>(group + "/columns", entries);
    result.values = file_.read_rows<float>(group + "/values", entries);
    if (info_.weighted) {
        result.confidences = file_.read_rows<float>(group + "/confidences", entries);
        result.preferences = file_.read_rows<float>(group + "/preferences", entries);
    }
    if (info_.roles) {
        result.roles = file_.read_rows<Roles>(group + "/role", entries);
        check_roles(file_, group, result.roles);
    }
    return result;
}

IdColumn DatasetReader::ids(Side side, RowRange rows) const { return read_id_rows(file_, group_of(side), rows); }

std::vector<Row> DatasetReader::id_order(Side side, RowRange rows) const
{
    return file_.read_rows<Row>(group_of(side) + "/id_order", rows);
}

std::vector<std::int32_t> DatasetReader::event_counts(Side side, RowRange rows) const
{
    return file_.read_rows<std::int32_t>(group_of(side) + "/n_events", rows);
}

std::vector<std::int64_t> DatasetReader::last_events(Side side, RowRange rows) const
{
    return file_.read_rows<std::int64_t>(group_of(side) + "/last_event", rows);
}

std::map<std::string, AttributeType> DatasetReader::attribute_types(Side side) const
{
    return alster::attribute_types(file_, side);
}

AttributeColumn DatasetReader::attribute(Side side, const std::string& name, RowRange range) const
{
    return read_attribute(file_, side, rows(side), name, range);
}

}  // namespace alster
