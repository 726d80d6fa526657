#include "host/personalize/cold/features.hpp"

#include <algorithm>
#include <cmath>

#include "data/error.hpp"

namespace alster {

namespace {

/// The values that rows have, before any is weighed.
struct Counted {
    std::vector<std::vector<Column>> of_row;
    std::vector<Row> rows;  // (values) that have each of them
};

std::vector<Column> codes_of(const AttributeColumn& column, Row row)
{
    switch (column.type) {
        case AttributeType::category:
            return column.codes[row] == no_code ? std::vector<Column>() : std::vector<Column>{column.codes[row]};
        case AttributeType::set:
            return {column.codes.begin() + column.offsets[row], column.codes.begin() + column.offsets[row + 1]};
        default:
            return column.truths[row] == no_truth ? std::vector<Column>() : std::vector<Column>{column.truths[row]};
    }
}

Row distinct(const AttributeColumn& column)
{
    return column.type == AttributeType::boolean ? 2 : column.vocabulary.rows();
}

void require_values(const DatasetReader& dataset, Side side, const std::string& attribute)
{
    const auto types = dataset.attribute_types(side);
    const auto found = types.find(attribute);
    if (found == types.end())
        throw Error(ExitCode::usage, "--features {}: {} has no such attribute of {}; see alster inspect", attribute,
                    dataset.file().path().string(), name(side));
    if (found->second == AttributeType::category || found->second == AttributeType::set ||
        found->second == AttributeType::boolean)
        return;
    throw Error(ExitCode::usage, "--features {}: it is a {}; features are categories, sets and truth values", attribute,
                name(found->second));
}

Counted count(const DatasetReader& dataset, Side side, const FeatureRules& rules)
{
    Counted counted{.of_row = std::vector<std::vector<Column>>(static_cast<std::size_t>(dataset.rows(side))),
                    .rows = {}};
    for (const auto& attribute : rules.attributes) {
        require_values(dataset, side, attribute);
        const AttributeColumn column = dataset.attribute(side, attribute, {0, dataset.rows(side)});
        const auto before = static_cast<Column>(counted.rows.size());
        counted.rows.resize(counted.rows.size() + static_cast<std::size_t>(distinct(column)));
        for (Row row = 0; row < dataset.rows(side); ++row)
            for (const Column code : codes_of(column, row)) {
                counted.of_row[row].push_back(before + code);
                ++counted.rows[before + code];
            }
    }
    return counted;
}

}  // namespace

Features read_features(const DatasetReader& dataset, Side side, const FeatureRules& rules)
{
    const Counted counted = count(dataset, side, rules);
    const auto all = static_cast<double>(dataset.rows(side));
    Features features;
    std::vector<Column> kept(counted.rows.size(), -1);
    for (std::size_t value = 0; value < kept.size(); ++value)
        if (counted.rows[value] >= std::max<Row>(1, rules.least_rows) && counted.rows[value] < dataset.rows(side))
            kept[value] = static_cast<Column>(features.values++);
    for (const auto& values : counted.of_row) {
        double squares = 0;
        for (const Column value : values) {
            if (kept[value] < 0) continue;
            features.columns.push_back(kept[value]);
            features.weights.push_back(std::log(all / static_cast<double>(counted.rows[value])));
            squares += features.weights.back() * features.weights.back();
        }
        for (Offset n = features.offsets.back(); n < std::ssize(features.weights); ++n)
            features.weights[n] /= std::sqrt(squares);
        features.offsets.push_back(std::ssize(features.columns));
    }
    return features;
}

Postings::Postings(const Features& features, std::span<const Row> rows)
{
    std::vector<Offset> next(static_cast<std::size_t>(features.values) + 1);
    for (const Row row : rows)
        for (Offset n = features.offsets[row]; n < features.offsets[row + 1]; ++n) ++next[features.columns[n] + 1];
    for (std::size_t value = 1; value < next.size(); ++value) next[value] += next[value - 1];
    offsets = next;
    places.resize(static_cast<std::size_t>(offsets.back()));
    weights.resize(places.size());
    for (std::size_t place = 0; place < rows.size(); ++place)
        for (Offset n = features.offsets[rows[place]]; n < features.offsets[rows[place] + 1]; ++n) {
            const Offset at = next[features.columns[n]]++;
            places[at] = static_cast<Column>(place);
            weights[at] = features.weights[n];
        }
}

}  // namespace alster
