#include "host/model/labels.hpp"

#include "data/error.hpp"

namespace alster {

ItemLabels::ItemLabels(const ModelReader& model, const DatasetReader* dataset)
    : ids_(model.ids(Side::items, {0, model.info().items}))
{
    if (!dataset) return;
    auto metadata = dataset->metadata();
    if (const auto found = metadata.find("title"); found != metadata.end()) titles_ = std::move(found->second);
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
