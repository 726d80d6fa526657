#include "host/model/labels.hpp"

#include "data/error.hpp"

namespace alster {

ItemLabels::ItemLabels(const ModelReader& model, const DatasetReader* dataset)
    : ids_(model.ids(Side::items, {0, model.info().items}))
{
    if (!dataset) return;
    const auto types = dataset->attribute_types(Side::items);
    const auto title = types.find("title");
    if (title == types.end()) return;
    const auto column = dataset->attribute(Side::items, "title", {0, dataset->info().items});
    std::vector<std::string> titles;  // somebody may have called another type of column so
    for (Row r = 0; title->second != AttributeType::text && r < column.rows(); ++r) titles.push_back(column.shown(r));
    titles_ = title->second == AttributeType::text ? column.texts : TextColumn::from(titles);
}

std::vector<Row> rows_of_ids(const IdColumn& known, const std::vector<std::string>& ids, const std::string& what,
                             const std::filesystem::path& model)
{
    const IdLookup lookup(known);
    std::vector<Row> rows;
    std::string first_unknown;
    std::size_t unknown = 0;
    for (const auto& id : ids) {
        const auto row = lookup.find(id);
        if (row) rows.push_back(*row);
        if (!row && unknown++ == 0) first_unknown = id;
    }
    if (unknown > 0)
        throw Error(ExitCode::bad_data, "{} '{}' is unknown to {}{}", what, first_unknown, model.string(),
                    unknown > 1 ? fmt::format(", and so are {} more", unknown - 1) : "");
    return rows;
}

}  // namespace alster
