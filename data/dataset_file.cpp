#include "data/dataset_file.hpp"

#include <algorithm>

#include "data/error.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

std::string table_of(Part part, Side side)
{
    return std::string(part == Part::train ? "/train" : "/holdout") + (side == Side::users ? "/by_user" : "/by_item");
}

DatasetInfo read_info(const Hdf5File& file)
{
    const auto integer = [&](const char* key) { return file.integer_attribute("/", key); };
    const auto real = [&](const char* key) { return file.real_attribute("/", key); };
    return {.users = integer("n_users"),
            .items = integer("n_items"),
            .interactions = integer("nnz"),
            .held_out = integer("held_out"),
            .weighted = integer("weighted") != 0,
            .value_mean = real("value_mean"),
            .value_min = static_cast<float>(real("value_min")),
            .value_max = static_cast<float>(real("value_max")),
            .watermark = integer("watermark"),
            .split = file.text_attribute("/", "split"),
            .provenance = file.text_attribute("/", "provenance"),
            .fingerprint = file.text_attribute("/", "fingerprint")};
}

void write_info(Hdf5File& file, const DatasetInfo& info)
{
    write_format(file, dataset_format);
    const auto set = [&](const char* key, auto value) { file.set_attribute("/", key, value); };
    set("n_users", info.users);
    set("n_items", info.items);
    set("nnz", info.interactions);
    set("held_out", info.held_out);
    set("weighted", std::int64_t{info.weighted});
    set("value_mean", info.value_mean);
    set("value_min", static_cast<double>(info.value_min));
    set("value_max", static_cast<double>(info.value_max));
    set("watermark", info.watermark);
    set("split", std::string_view(info.split));
    set("provenance", std::string_view(info.provenance));
    set("fingerprint", std::string_view(info.fingerprint));
}

}  // namespace

DatasetReader::DatasetReader(const std::filesystem::path& path, const FileAccess& access, Verify verify)
    : file_(Hdf5File::open(path, access, verify))
{
    require_format(file_, dataset_format);
    info_ = read_info(file_);
}

std::vector<Offset> DatasetReader::offsets(Part part, Side side, RowRange rows) const
{
    return file_.read_rows<Offset>(table_of(part, side) + "/offsets", {rows.first, rows.last + 1});
}

Interactions DatasetReader::interactions(Part part, Side side, RowRange rows) const
{
    const std::string table = table_of(part, side);
    Interactions result;
    result.offsets = offsets(part, side, rows);
    const RowRange entries{result.offsets.front(), result.offsets.back()};
    if (!std::is_sorted(result.offsets.begin(), result.offsets.end()) || entries.first < 0)
        throw Error(ExitCode::bad_data, "{}: the offsets of {} do not ascend", file_.path().string(), table);
    for (Offset& offset : result.offsets) offset -= entries.first;
    result.columns = file_.read_rows<Column>(table + "/columns", entries);
    const Row limit = this->rows(other(side));
    for (const Column column : result.columns)
        if (column < 0 || column >= limit)
            throw Error(ExitCode::bad_data, "{}: {} names column {} of {}", file_.path().string(), table, column,
                        limit);
    result.values = file_.read_rows<float>(table + "/values", entries);
    if (!info_.weighted || part == Part::holdout) return result;
    result.confidences = file_.read_rows<float>(table + "/confidences", entries);
    result.preferences = file_.read_rows<float>(table + "/preferences", entries);
    return result;
}

IdColumn DatasetReader::ids(Side side, RowRange rows) const { return read_ids(file_, side, rows); }

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

Metadata DatasetReader::metadata() const
{
    static const std::string group = "/items/metadata/";
    Metadata metadata;
    for (const auto& name : file_.datasets())
        if (name.starts_with(group)) metadata[name.substr(group.size())] = file_.read_text(name);
    return metadata;
}

DatasetWriter::DatasetWriter(const std::filesystem::path& path, const DatasetInfo& info)
    : file_(Hdf5File::create(path)), info_(info)
{
    const auto make = [&](Part part, Side side, Row rows, Offset entries) {
        const std::string table = table_of(part, side);
        file_.make_rows<Offset>(table + "/offsets", rows + 1);
        file_.make_rows<Column>(table + "/columns", entries);
        file_.make_rows<float>(table + "/values", entries);
        if (info.weighted && part == Part::train) {
            file_.make_rows<float>(table + "/confidences", entries);
            file_.make_rows<float>(table + "/preferences", entries);
        }
        const Offset zero = 0;
        file_.write_rows(table + "/offsets", 0, std::span(&zero, 1));
        progress_[{part, side}] = {};
    };
    make(Part::train, Side::users, info.users, info.interactions);
    make(Part::train, Side::items, info.items, info.interactions);
    make(Part::holdout, Side::users, info.users, info.held_out);
}

void DatasetWriter::write_ids(Side side, const IdColumn& ids)
{
    const std::string group = group_of(side);
    if (ids.kind == IdKind::int64)
        file_.write(group + "/id", std::span(ids.numbers));
    else
        file_.write(group + "/id", ids.texts);
    file_.set_attribute(group + "/id", "id_kind", std::string_view(ids.kind == IdKind::int64 ? "int64" : "string"));
    const auto order = ids.order();
    file_.write(group + "/id_order", std::span(order));
}

void DatasetWriter::write_events(Side side, std::span<const std::int32_t> counts, std::span<const std::int64_t> last)
{
    file_.write(group_of(side) + "/n_events", counts);
    file_.write(group_of(side) + "/last_event", last);
}

void DatasetWriter::write_metadata(const Metadata& metadata)
{
    for (const auto& [name, column] : metadata) file_.write("/items/metadata/" + name, column);
}

void DatasetWriter::append(Part part, Side side, const Interactions& rows)
{
    const std::string table = table_of(part, side);
    Progress& progress = progress_.at({part, side});
    std::vector<Offset> offsets;
    for (Row r = 0; r < rows.rows(); ++r) offsets.push_back(progress.entries + rows.offsets[r + 1]);
    const auto write = [&](const char* name, const auto& values) {
        file_.write_rows(table + name, progress.entries, std::span(values));
    };
    file_.write_rows(table + "/offsets", progress.rows + 1, std::span<const Offset>(offsets));
    write("/columns", std::span<const Column>(rows.columns));
    write("/values", std::span<const float>(rows.values));
    if (info_.weighted && part == Part::train) {
        write("/confidences", std::span<const float>(rows.confidences));
        write("/preferences", std::span<const float>(rows.preferences));
    }
    if (part == Part::train && side == Side::users) hash_.update(rows);
    progress.rows += rows.rows();
    progress.entries += rows.entries();
}

void DatasetWriter::Fingerprint::update(const Interactions& rows)
{
    for (Row r = 0; r < rows.rows(); ++r) {
        const Offset entries = rows.entries(r);
        sha256.update(std::as_bytes(std::span(&entries, 1)));
    }
    sha256.update(std::as_bytes(std::span(rows.columns)));
    sha256.update(std::as_bytes(std::span(rows.values)));
    sha256.update(std::as_bytes(std::span(rows.confidences)));
    sha256.update(std::as_bytes(std::span(rows.preferences)));
}

void DatasetWriter::commit()
{
    for (const auto& [key, progress] : progress_) {
        const auto [part, side] = key;
        const Offset entries = part == Part::train ? info_.interactions : info_.held_out;
        if (progress.rows != (side == Side::users ? info_.users : info_.items) || progress.entries != entries)
            throw Error(ExitCode::internal, "{}: {} rows with {} entries were written to {}", file_.path().string(),
                        progress.rows, progress.entries, table_of(part, side));
        for (const char* name : {"/offsets", "/columns", "/values"}) file_.seal(table_of(part, side) + name);
        if (!info_.weighted || part == Part::holdout) continue;
        for (const char* name : {"/confidences", "/preferences"}) file_.seal(table_of(part, side) + name);
    }
    info_.fingerprint = hash_.sha256.hex();
    write_info(file_, info_);
    file_.commit();
}

}  // namespace alster
