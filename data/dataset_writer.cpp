#include <algorithm>
#include <array>

#include "data/attribute_fields.hpp"
#include "data/dataset_file.hpp"
#include "data/dataset_layout.hpp"
#include "data/error.hpp"
#include "data/file_format.hpp"
#include "data/fingerprint.hpp"

namespace alster {

namespace {

void make_part(Hdf5File& file, const DatasetInfo& info, Part part, Side side)
{
    const auto group = group_of(part, side);
    const Offset entries = entries_of(info, part);
    file.make_rows<Offset>(group + "/offsets", rows_of(info, side) + 1);
    file.make_rows<Column>(group + "/columns", entries);
    file.make_rows<float>(group + "/values", entries);
    if (info.weighted) {
        file.make_rows<float>(group + "/confidences", entries);
        file.make_rows<float>(group + "/preferences", entries);
    }
    if (info.roles) file.make_rows<Roles>(group + "/role", entries);
    if (has_times(info, side)) file.make_rows<std::uint32_t>(group + "/times", entries);
}

/// Calls visit(rows) for one slice after the other.
template <class Visit>
void in_slices(RowRange rows, Visit visit)
{
    constexpr Row slice = Row{1} << 20;
    for (Row first = rows.first; first < rows.last; first += slice)
        visit(RowRange{first, std::min(rows.last, first + slice)});
}

}  // namespace

DatasetWriter::DatasetWriter(const std::filesystem::path& path, const DatasetInfo& info, const FileAccess& access)
    : access_(access), file_(Hdf5File::create(path, access)), info_(info)
{
    write_format(file_, dataset_format);
    progress_[{Part::train, Side::users}];
    progress_[{Part::train, Side::items}];
    if (info_.held_out > 0) progress_[{Part::holdout, Side::users}];
    for (const auto& [key, progress] : progress_) {
        make_part(file_, info_, key.first, key.second);
        if (access_.leads())
            file_.write_rows<Offset>(group_of(key.first, key.second) + "/offsets", 0, std::array<Offset, 1>{0});
    }
}

void DatasetWriter::write_ids(Side side, Row first, const IdColumn& ids, Row first_in_order, std::span<const Row> order)
{
    const std::size_t id_bytes = ids.kind == IdKind::text ? ids.texts.width : 0;
    write_id_rows(file_, group_of(side), rows_of(info_, side), first, ids, id_bytes);
    write_id_order(file_, group_of(side), rows_of(info_, side), first_in_order, order);
}

void DatasetWriter::write_events(Side side, std::span<const std::int32_t> counts, std::span<const std::int64_t> last,
                                 Row first)
{
    const Row rows = rows_of(info_, side);
    write_all_rows<std::int32_t>(file_, group_of(side) + "/n_events", rows, 0, first, counts);
    write_all_rows<std::int64_t>(file_, group_of(side) + "/last_event", rows, 0, first, last);
}

void DatasetWriter::write_attribute(Side side, const std::string& name, const AttributeColumn& column, Row first,
                                    SetPlace place)
{
    alster::write_attribute(file_, side, rows_of(info_, side), name, column, first, place);
}

void DatasetWriter::write_attributes(Side side, const Attributes& attributes)
{
    for (const auto& [name, column] : attributes)
        write_attribute(side, name, column, 0, {.before = 0, .all = std::ssize(column.codes)});
}

DatasetWriter::Progress& DatasetWriter::progress(Part part, Side side)
{
    const auto found = progress_.find({part, side});
    if (found == progress_.end())
        throw Error(ExitCode::internal, "{}: no place was kept for {}", file_.path().string(), group_of(part, side));
    return found->second;
}

void DatasetWriter::begin(Part part, Side side, Row rows_before, Offset entries_before)
{
    progress(part, side) = {.rows = {rows_before, rows_before}, .entries = {entries_before, entries_before}};
}

void DatasetWriter::append(Part part, Side side, const Interactions& rows, std::span<const std::uint32_t> times)
{
    Progress& done = progress(part, side);
    const auto group = group_of(part, side);
    std::vector<Offset> ends(rows.offsets.begin() + 1, rows.offsets.end());
    for (auto& end : ends) end += done.entries.last;
    file_.write_rows<Offset>(group + "/offsets", done.rows.last + 1, ends);
    file_.write_rows<Column>(group + "/columns", done.entries.last, rows.columns);
    file_.write_rows<float>(group + "/values", done.entries.last, rows.values);
    if (info_.weighted) {
        file_.write_rows<float>(group + "/confidences", done.entries.last, rows.confidences);
        file_.write_rows<float>(group + "/preferences", done.entries.last, rows.preferences);
    }
    if (info_.roles) file_.write_rows<Roles>(group + "/role", done.entries.last, rows.roles);
    if (has_times(info_, side) && std::ssize(times) != rows.entries())
        throw Error(ExitCode::internal, "{}: {} times of {} interactions", group, times.size(), rows.entries());
    if (has_times(info_, side)) file_.write_rows<std::uint32_t>(group + "/times", done.entries.last, times);
    done.rows.last += rows.rows();
    done.entries.last += rows.entries();
}

/// Of the training part by user. Each rank reads back its own rows, in its turn: SHA-256 goes through the data from
/// front to back, and cannot be joined from parts.
std::string DatasetWriter::fingerprint() const
{
    const Progress& mine = progress_.at({Part::train, Side::users});
    const auto group = group_of(Part::train, Side::users);
    Fingerprint sum;
    access_.in_turn(sum.state(), [&] {
        in_slices(mine.rows, [&](RowRange rows) {
            Interactions slice;
            slice.offsets = file_.read_rows<Offset>(group + "/offsets", {rows.first, rows.last + 1});
            sum.update(slice);
        });
        in_slices(mine.entries, [&](RowRange entries) {
            Interactions slice;
            slice.columns = file_.read_rows<Column>(group + "/columns", entries);
            slice.values = file_.read_rows<float>(group + "/values", entries);
            if (info_.weighted) {
                slice.confidences = file_.read_rows<float>(group + "/confidences", entries);
                slice.preferences = file_.read_rows<float>(group + "/preferences", entries);
            }
            if (info_.roles) slice.roles = file_.read_rows<Roles>(group + "/role", entries);
            sum.update(slice);
        });
    });
    return sum.finish();
}

void DatasetWriter::commit()
{
    for (const auto& [key, progress] : progress_) {
        const auto group = group_of(key.first, key.second);
        for (const char* part : {"/offsets", "/columns", "/values"}) file_.seal(group + part);
        if (info_.roles) file_.seal(group + "/role");
        if (has_times(info_, key.second)) file_.seal(group + "/times");
        if (!info_.weighted) continue;
        for (const char* part : {"/confidences", "/preferences"}) file_.seal(group + part);
    }
    info_.fingerprint = fingerprint();
    each_attribute(info_, WriteField{file_});
    if (info_.roles) file_.set_attribute("/", roles_attribute, std::int64_t{1});
    if (info_.times) file_.set_attribute("/", times_attribute, std::int64_t{1});
    if (!info_.extends.empty()) file_.set_attribute("/", extends_attribute, info_.extends);
    if (!info_.erased_from.empty()) file_.set_attribute("/", erased_from_attribute, info_.erased_from);
    write_tombstones(file_, info_.tombstones);
    file_.commit();
}

}  // namespace alster
