#include "host/personalize/cold/features.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "data/error.hpp"

namespace alster {

namespace {

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

std::vector<std::string> vocabulary_of(const AttributeColumn& column)
{
    if (column.type == AttributeType::boolean) return {"false", "true"};
    std::vector<std::string> values;
    for (Row code = 0; code < column.vocabulary.rows(); ++code) values.emplace_back(column.vocabulary[code]);
    return values;
}

void require_values(const DatasetReader& dataset, Side side, const FeatureRules& rules, const std::string& attribute)
{
    const auto types = dataset.attribute_types(side);
    const auto found = types.find(attribute);
    if (found == types.end())
        throw Error(ExitCode::usage, "{} {}: {} has no such attribute of {}; see alster inspect", rules.option,
                    attribute, dataset.file().path().string(), name(side));
    const AttributeType type = found->second;
    if (type == AttributeType::category || type == AttributeType::set || type == AttributeType::boolean) return;
    if (rules.numbers && type == AttributeType::number) return;
    throw Error(ExitCode::usage, "{} {}: it is a {}; features are categories, sets{} truth values", rules.option,
                attribute, name(type), rules.numbers ? ", numbers and" : " and");
}

void add_values(const AttributeColumn& column, const std::string& attribute, Row least_rows, FeatureNames& names)
{
    const auto vocabulary = vocabulary_of(column);
    std::vector<Row> rows(vocabulary.size());
    const Row all = column.rows();
    for (Row row = 0; row < all; ++row)
        for (const Column code : codes_of(column, row)) ++rows[code];
    for (std::size_t code = 0; code < rows.size(); ++code) {
        if (rows[code] < std::max<Row>(1, least_rows) || rows[code] >= all) continue;
        names.attributes.push_back(attribute);
        names.values.push_back(vocabulary[code]);
        names.numeric.push_back(0);
        names.centres.push_back(0);
        names.weights.push_back(std::log(static_cast<double>(all) / static_cast<double>(rows[code])));
    }
}

/// Mean 0 and standard deviation 1 over the rows that have it.
void add_number(const AttributeColumn& column, const std::string& attribute, Row least_rows, FeatureNames& names)
{
    Row given = 0;
    double sum = 0;
    for (const double value : column.numbers) {
        if (std::isnan(value)) continue;
        ++given;
        sum += value;
    }
    if (given < std::max<Row>(1, least_rows)) return;
    const double mean = sum / static_cast<double>(given);
    double squares = 0;
    for (const double value : column.numbers)
        if (!std::isnan(value)) squares += (value - mean) * (value - mean);
    if (!(squares > 0) || !std::isfinite(squares)) return;
    names.attributes.push_back(attribute);
    names.values.emplace_back();
    names.numeric.push_back(1);
    names.centres.push_back(mean);
    names.weights.push_back(1 / std::sqrt(squares / static_cast<double>(given)));
}

/// One attribute of some rows, and which feature each of its codes is; −1: none.
struct NamedColumn {
    AttributeColumn column;
    std::vector<Column> features;
};

NamedColumn named_column(const DatasetReader& dataset, Side side, const FeatureNames& names, RowRange features,
                         RowRange rows)
{
    const std::string& attribute = names.attributes[features.first];
    const auto types = dataset.attribute_types(side);
    if (!types.contains(attribute))
        throw Error(ExitCode::bad_data, "{}: has no attribute {} of {}, for which the model has features",
                    dataset.file().path().string(), attribute, name(side));
    NamedColumn named{dataset.attribute(side, attribute, rows), {}};
    const bool number = named.column.type == AttributeType::number;
    const bool text = named.column.type == AttributeType::text || named.column.type == AttributeType::time;
    if (text || number != (names.numeric[features.first] != 0))
        throw Error(ExitCode::bad_data, "{}: attribute {} of {} is a {}, and the features of the model are {}",
                    dataset.file().path().string(), attribute, name(side), name(named.column.type),
                    names.numeric[features.first] != 0 ? "a number" : "values");
    if (number) return named;
    std::unordered_map<std::string, Column> known;
    for (Row feature = features.first; feature < features.last; ++feature)
        known.emplace(names.values[feature], static_cast<Column>(feature));
    for (const auto& value : vocabulary_of(named.column)) {
        const auto found = known.find(value);
        named.features.push_back(found == known.end() ? Column{-1} : found->second);
    }
    return named;
}

/// Columns of all attributes that the names are of.
std::vector<std::pair<RowRange, NamedColumn>> named_columns(const DatasetReader& dataset, Side side,
                                                            const FeatureNames& names, RowRange rows)
{
    std::vector<std::pair<RowRange, NamedColumn>> columns;
    for (RowRange features{0, 0}; features.first < names.size(); features.first = features.last) {
        while (features.last < names.size() && names.attributes[features.last] == names.attributes[features.first])
            ++features.last;
        columns.emplace_back(features, named_column(dataset, side, names, features, rows));
    }
    return columns;
}

void add_weighted(const NamedColumn& named, Row row, const FeatureNames& names, Features& features)
{
    for (const Column code : codes_of(named.column, row)) {
        if (named.features[code] < 0) continue;
        features.columns.push_back(named.features[code]);
        features.weights.push_back(names.weights[named.features[code]]);
    }
}

/// A number that was not given counts as the mean, which is 0.
void add_standardised(const NamedColumn& named, Row row, Row feature, const FeatureNames& names, Features& features)
{
    constexpr double farthest = 3;
    const double value = named.column.numbers[row];
    if (std::isnan(value)) return;
    const double z = (value - names.centres[feature]) * names.weights[feature];
    features.columns.push_back(static_cast<Column>(feature));
    features.weights.push_back(std::clamp(z, -farthest, farthest));
}

}  // namespace

FeatureNames name_features(const DatasetReader& dataset, Side side, const FeatureRules& rules)
{
    FeatureNames names;
    for (const auto& attribute : rules.attributes) {
        require_values(dataset, side, rules, attribute);
        const AttributeColumn column = dataset.attribute(side, attribute, {0, dataset.rows(side)});
        if (column.type == AttributeType::number)
            add_number(column, attribute, rules.least_rows, names);
        else
            add_values(column, attribute, rules.least_rows, names);
    }
    return names;
}

Features read_features(const DatasetReader& dataset, Side side, const FeatureNames& names, RowRange rows)
{
    const auto columns = named_columns(dataset, side, names, rows);
    Features features;
    features.values = names.size();
    for (Row row = 0; row < rows.size(); ++row) {
        for (const auto& [range, named] : columns)
            if (named.column.type != AttributeType::number) add_weighted(named, row, names, features);
        double squares = 0;
        for (Offset n = features.offsets.back(); n < std::ssize(features.weights); ++n)
            squares += features.weights[n] * features.weights[n];
        for (Offset n = features.offsets.back(); n < std::ssize(features.weights); ++n)
            features.weights[n] /= std::sqrt(squares);
        for (const auto& [range, named] : columns)
            if (named.column.type == AttributeType::number) add_standardised(named, row, range.first, names, features);
        features.offsets.push_back(std::ssize(features.columns));
    }
    return features;
}

Features read_features(const DatasetReader& dataset, Side side, const FeatureRules& rules)
{
    return read_features(dataset, side, name_features(dataset, side, rules), {0, dataset.rows(side)});
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
