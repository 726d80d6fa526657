#include <algorithm>

#include "data/error.hpp"
#include "data/file_format.hpp"
#include "data/list_layout.hpp"

namespace alster {

namespace {

constexpr const char* users_name = "/users";
constexpr const char* user_ids_name = "/users/id";

void set_kind(Hdf5File& file, const std::string& name, IdKind kind)
{
    file.set_attribute(name, "id_kind", std::string_view(kind == IdKind::int64 ? "int64" : "string"));
}

void write_items(Hdf5File& file, const IdColumn& ids)
{
    if (ids.kind == IdKind::int64)
        file.write("/items/id", std::span(ids.numbers));
    else
        file.write("/items/id", ids.texts);
    set_kind(file, "/items/id", ids.kind);
}

void write_attributes(Hdf5File& file, const ListInfo& info, Row k)
{
    write_format(file, lists_format);
    file.set_attribute("/", "run_id", std::string_view(info.run_id));
    file.set_attribute("/", "space_id", std::string_view(info.space_id));
    file.set_attribute("/", "data_fingerprint", std::string_view(info.fingerprint));
    file.set_attribute("/", "k", k);
    file.set_attribute("/", "objective", std::string_view(info.objective));
    file.set_attribute("/", "mean", info.mean);
    file.set_attribute("/", "score", std::string_view(info.score));
    if (!info.rerank.empty()) file.set_attribute("/", rerank_attribute, std::string_view(info.rerank));
    if (info.eligibility.empty()) return;
    file.set_attribute("/", eligibility_attribute, std::string_view(info.eligibility));
    file.set_attribute("/", instant_attribute, info.instant);
    if (!info.viewer.empty()) file.set_attribute("/", viewer_attribute, std::string_view(info.viewer));
}

/// What a place may have beside its item and score.
void make_reasons(Hdf5File& file, const ListGroup& group, Row rows)
{
    if (group.reasons) file.make_rows<std::uint8_t>(group.name + "/reason", rows, group.k);
    if (group.evidence == 0) return;
    file.make_rows<std::int32_t>(group.name + "/evidence", rows, group.k * group.evidence);
    file.make_rows<float>(group.name + "/evidence_weight", rows, group.k * group.evidence);
}

void seal(Hdf5File& file, const ListGroup& group)
{
    for (const char* name : {"/item", "/score", "/filled"}) file.seal(group.name + name);
    if (group.reasons) file.seal(group.name + "/reason");
    if (group.evidence == 0) return;
    file.seal(group.name + "/evidence");
    file.seal(group.name + "/evidence_weight");
    file.set_attribute(group.name + "/evidence", evidence_attribute, group.evidence);
}

void require(bool holds, const std::string& group, const char* what)
{
    if (!holds) throw Error(ExitCode::internal, "{}: {}, to be written to a list file", group, what);
}

}  // namespace

ListFileWriter::ListFileWriter(const std::filesystem::path& path, ListContents contents, const FileAccess& access)
    : contents_(std::move(contents)), file_(Hdf5File::create(path, access))
{
    write_attributes(file_, contents_.info, longest_of(contents_.groups));
    write_items(file_, contents_.items);
    for (const auto& group : contents_.groups) {
        require(group.side == side_of(group.name) && group.k >= 1 && group.k <= longest_list, group.name, "no lists");
        file_.make_rows<std::int32_t>(group.name + "/item", rows(group), group.k);
        file_.make_rows<float>(group.name + "/score", rows(group), group.k);
        file_.make_rows<std::uint16_t>(group.name + "/filled", rows(group));
    }
    if (contents_.info.excluded)
        file_.set_attribute("/", "excluded", std::string_view(words(*contents_.info.excluded)));
    if (!contents_.reasons.empty()) file_.write(reason_vocabulary, TextColumn::from(contents_.reasons));
    if (contents_.popular) write_popular(file_, *contents_.popular);
    for (const auto& group : contents_.groups) make_reasons(file_, group, rows(group));
    if (std::ranges::none_of(contents_.groups, [](const auto& group) { return group.side == Side::users; })) return;
    if (contents_.user_ids == IdKind::int64)
        file_.make_rows<std::int64_t>(user_ids_name, contents_.users);
    else
        file_.make_text(user_ids_name, contents_.users, contents_.user_id_width);
}

const ListGroup& ListFileWriter::group(const std::string& name) const
{
    const auto found = std::ranges::find(contents_.groups, name, &ListGroup::name);
    require(found != contents_.groups.end(), name, "no group");
    return *found;
}

Row ListFileWriter::rows(const ListGroup& group) const
{
    return group.side == Side::users ? contents_.users : contents_.items.rows();
}

void ListFileWriter::write(const std::string& name, Row first, const ListRows& lists)
{
    const ListGroup& to = group(name);
    const std::size_t places = lists.filled.size() * static_cast<std::size_t>(to.k);
    const std::size_t pieces = places * static_cast<std::size_t>(to.evidence);
    require(lists.items.size() == places && lists.scores.size() == places, name, "too few items or scores");
    require(lists.reasons.size() == (to.reasons ? places : 0), name, "too few or too many reasons");
    require(lists.evidence.size() == pieces && lists.evidence_weights.size() == pieces, name,
            "too little or too much evidence");
    started_.insert(name);
    file_.write_rows<std::int32_t>(name + "/item", first, lists.items);
    file_.write_rows<float>(name + "/score", first, lists.scores);
    file_.write_rows<std::uint16_t>(name + "/filled", first, lists.filled);
    if (to.reasons) file_.write_rows<std::uint8_t>(name + "/reason", first, lists.reasons);
    if (to.evidence == 0) return;
    file_.write_rows<std::int32_t>(name + "/evidence", first, lists.evidence);
    file_.write_rows<float>(name + "/evidence_weight", first, lists.evidence_weights);
}

void ListFileWriter::write_users(Row first, const IdColumn& ids)
{
    started_.insert(users_name);
    if (contents_.user_ids == IdKind::int64)
        file_.write_rows<std::int64_t>(user_ids_name, first, ids.numbers);
    else
        file_.write_text(user_ids_name, first, ids.texts);
}

void ListFileWriter::commit()
{
    bool of_users = false;
    for (const auto& group : contents_.groups) {
        of_users = of_users || group.side == Side::users;
        // a rank without rows writes none at the end of the dataset
        if (!started_.contains(group.name)) write(group.name, rows(group), {});
        seal(file_, group);
    }
    if (of_users) {
        if (!started_.contains(users_name))
            write_users(contents_.users, IdColumn::with_rows(contents_.user_ids, contents_.user_id_width, 0));
        file_.seal(user_ids_name);
        set_kind(file_, user_ids_name, contents_.user_ids);
    }
    file_.commit();
}

}  // namespace alster
