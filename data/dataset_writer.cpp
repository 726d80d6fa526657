#include "data/attribute_fields.hpp"
#include "data/dataset_file.hpp"
#include "data/dataset_layout.hpp"
#include "data/error.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

void make_part(Hdf5File& file, const DatasetInfo& info, Part part, Side side)
{
    const auto group = group_of(part, side);
    const Offset entries = entries_of(info, part);
    file.make_rows<Offset>(group + "/offsets", rows_of(info, side) + 1);
    file.make_rows<Column>(group + "/columns", entries);
    file.make_rows<float>(group + "/values", entries);
    if (!info.weighted) return;
    file.make_rows<float>(group + "/confidences", entries);
    file.make_rows<float>(group + "/preferences", entries);
}

}  // namespace

DatasetWriter::DatasetWriter(const std::filesystem::path& path, const DatasetInfo& info)
    : file_(Hdf5File::create(path)), info_(info)
{
    write_format(file_, dataset_format);
    progress_[{Part::train, Side::users}];
    progress_[{Part::train, Side::items}];
    if (info_.held_out > 0) progress_[{Part::holdout, Side::users}];
    for (const auto& [key, progress] : progress_) {
        make_part(file_, info_, key.first, key.second);
        file_.write_rows<Offset>(group_of(key.first, key.second) + "/offsets", 0, std::array<Offset, 1>{0});
    }
}

void DatasetWriter::write_ids(Side side, const IdColumn& ids)
{
    if (ids.rows() != rows_of(info_, side))
        throw Error(ExitCode::internal, "{} ids for {} {}", ids.rows(), rows_of(info_, side), name(side));
    const std::size_t id_bytes = ids.kind == IdKind::text ? ids.texts.width : 0;
    write_id_rows(file_, group_of(side), ids.rows(), 0, ids, id_bytes, ids.order());
}

void DatasetWriter::write_events(Side side, std::span<const std::int32_t> counts, std::span<const std::int64_t> last)
{
    const Row rows = rows_of(info_, side);
    write_all_rows<std::int32_t>(file_, group_of(side) + "/n_events", rows, 0, 0, counts);
    write_all_rows<std::int64_t>(file_, group_of(side) + "/last_event", rows, 0, 0, last);
}

void DatasetWriter::write_metadata(const Metadata& metadata)
{
    constexpr std::size_t longest = 255;
    for (const auto& [column, texts] : metadata) {
        const bool spells_a_path = column.find_first_of(std::string_view("/\0", 2)) != std::string::npos;
        if (column.empty() || column.size() > longest || column == "." || spells_a_path)
            throw Error(ExitCode::bad_data, "'{}' cannot be the name of an item column: rename it", column);
        if (texts.rows() != info_.items)
            throw Error(ExitCode::internal, "{} values of '{}' for {} items", texts.rows(), column, info_.items);
        file_.write(metadata_group + column, texts);
    }
}

void DatasetWriter::append(Part part, Side side, const Interactions& rows)
{
    const auto found = progress_.find({part, side});
    if (found == progress_.end())
        throw Error(ExitCode::internal, "{}: no place was kept for {}", file_.path().string(), group_of(part, side));
    auto& [done_rows, done_entries] = found->second;
    const auto group = group_of(part, side);
    std::vector<Offset> ends(rows.offsets.begin() + 1, rows.offsets.end());
    for (auto& end : ends) end += done_entries;
    file_.write_rows<Offset>(group + "/offsets", done_rows + 1, ends);
    file_.write_rows<Column>(group + "/columns", done_entries, rows.columns);
    file_.write_rows<float>(group + "/values", done_entries, rows.values);
    if (info_.weighted) {
        file_.write_rows<float>(group + "/confidences", done_entries, rows.confidences);
        file_.write_rows<float>(group + "/preferences", done_entries, rows.preferences);
    }
    if (part == Part::train && side == Side::users) fingerprint_.update(rows);
    done_rows += rows.rows();
    done_entries += rows.entries();
}

void DatasetWriter::commit()
{
    for (const auto& [key, progress] : progress_) {
        const auto group = group_of(key.first, key.second);
        for (const char* part : {"/offsets", "/columns", "/values"}) file_.seal(group + part);
        if (!info_.weighted) continue;
        for (const char* part : {"/confidences", "/preferences"}) file_.seal(group + part);
    }
    info_.fingerprint = fingerprint_.finish();
    each_attribute(info_, WriteField{file_});
    file_.commit();
}

}  // namespace alster
