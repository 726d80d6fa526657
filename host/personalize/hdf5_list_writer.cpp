#include "host/personalize/hdf5_list_writer.hpp"

#include "data/error.hpp"
#include "data/file_format.hpp"

namespace alster {

namespace {

constexpr const char* lists_format = "alster-lists";

void set_kind(Hdf5File& file, const std::string& name, IdKind kind)
{
    file.set_attribute(name, "id_kind", std::string_view(kind == IdKind::int64 ? "int64" : "string"));
}

void write_ids(Hdf5File& file, const std::string& name, const IdColumn& ids)
{
    if (ids.kind == IdKind::int64)
        file.write(name, std::span(ids.numbers));
    else
        file.write(name, ids.texts);
    set_kind(file, name, ids.kind);
}

}  // namespace

Hdf5ListWriter::Hdf5ListWriter(const Communicator& ranks, const ListFile& file)
    : ListWriter(ranks, file.path), what_(file), access_(ranks), file_(Hdf5File::create(file.path, access_))
{
    const ModelInfo& info = what_.model.info();
    write_format(file_, lists_format);
    file_.set_attribute("/", "run_id", std::string_view(info.run_id));
    file_.set_attribute("/", "space_id", std::string_view(info.space_id));
    file_.set_attribute("/", "data_fingerprint", std::string_view(info.fingerprint));
    file_.set_attribute("/", "k", what_.k);
    file_.set_attribute("/", "objective", std::string_view(info.objective));
    file_.set_attribute("/", "mean", info.mean);
    file_.set_attribute("/", "score", std::string_view(what_.score));
    write_ids(file_, "/items/id", what_.labels.ids());

    const Row rows = what_.model.rows(what_.side);
    file_.make_rows<std::int32_t>(what_.group + "/item", rows, what_.k);
    file_.make_rows<float>(what_.group + "/score", rows, what_.k);
    file_.make_rows<std::uint16_t>(what_.group + "/filled", rows);
    const IdColumn sample = what_.model.ids(what_.side, {0, 0});
    id_kind_ = sample.kind;
    if (what_.side == Side::items) return;
    file_.set_attribute("/", "excluded", std::string_view(what_.excluded));
    file_.write("/vocab/reason", TextColumn::from({reason_names.begin(), reason_names.end()}));
    if (what_.popular) write_popular(file_, *what_.popular);
    file_.make_rows<std::uint8_t>(what_.group + "/reason", rows, what_.k);
    if (id_kind_ == IdKind::int64)
        file_.make_rows<std::int64_t>("/users/id", rows);
    else
        file_.make_text("/users/id", rows, sample.texts.width);
}

void Hdf5ListWriter::write(const ListBlock& block)
{
    if (block.rows.empty()) return;
    const RowRange range{block.rows.front(), block.rows.back() + 1};
    if (range.size() != static_cast<Row>(block.rows.size()))
        throw Error(ExitCode::internal, "{}: lists must come without gaps", what_.path.string());
    write_block(range.first, block.lists, block.reasons, what_.model.ids(what_.side, range));
}

void Hdf5ListWriter::write_block(Row first, const TopK& lists, std::span<const Reason> reasons, const IdColumn& ids)
{
    wrote_ = true;
    const std::vector<std::uint16_t> filled(lists.filled.begin(), lists.filled.end());
    file_.write_rows<std::int32_t>(what_.group + "/item", first, lists.items);
    file_.write_rows<float>(what_.group + "/score", first, lists.scores);
    file_.write_rows<std::uint16_t>(what_.group + "/filled", first, filled);
    if (what_.side == Side::items) return;
    std::vector<std::uint8_t> reason;
    reason.reserve(reasons.size());
    for (const Reason of_place : reasons) reason.push_back(static_cast<std::uint8_t>(of_place));
    file_.write_rows<std::uint8_t>(what_.group + "/reason", first, reason);
    if (id_kind_ == IdKind::int64)
        file_.write_rows<std::int64_t>("/users/id", first, ids.numbers);
    else
        file_.write_text("/users/id", first, ids.texts);
}

void Hdf5ListWriter::commit()
{
    // a rank without rows writes none at the end of the dataset
    const Row rows = what_.model.rows(what_.side);
    if (!wrote_) write_block(rows, TopK(0, what_.k), {}, what_.model.ids(what_.side, {rows, rows}));
    for (const char* name : {"/item", "/score", "/filled"}) file_.seal(what_.group + name);
    if (what_.side == Side::users) {
        file_.seal(what_.group + "/reason");
        file_.seal("/users/id");
        set_kind(file_, "/users/id", id_kind_);
    }
    file_.commit();
}

}  // namespace alster
