#include "host/personalize/rerank/item_values.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "data/error.hpp"

namespace alster {

AttributeColumn attribute_of_items(const DatasetReader& dataset, const std::string& name, const std::string& where)
{
    const auto types = dataset.attribute_types(Side::items);
    if (types.contains(name)) return dataset.attribute(Side::items, name, {0, dataset.info().items});
    std::vector<std::string> known;
    for (const auto& [attribute, type] : types) known.push_back(attribute);
    throw Error(ExitCode::bad_config, "{}: the items of {} have no attribute '{}'; they have: {}", where,
                dataset.file().path().string(), name,
                known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")));
}

ItemValues::ItemValues(const DatasetReader& dataset, const std::string& attribute, const std::string& where)
    : ItemValues(attribute_of_items(dataset, attribute, where), attribute, where)
{
}

ItemValues::ItemValues(AttributeColumn column, const std::string& attribute, const std::string& where)
{
    vocabulary_ = std::move(column.vocabulary);
    if (column.type == AttributeType::set) {
        offsets_ = std::move(column.offsets);
        codes_ = std::move(column.codes);
        return;
    }
    if (column.type != AttributeType::category)
        throw Error(ExitCode::bad_config, "{}: '{}' is a {}: values are counted of a category or a set", where,
                    attribute, name(column.type));
    offsets_.push_back(0);
    for (const auto code : column.codes) {
        if (code != no_code) codes_.push_back(code);
        offsets_.push_back(std::ssize(codes_));
    }
}

Taste Taste::of(const ItemValues& attribute, std::span<const Column> items)
{
    std::map<std::int32_t, double> weights;
    std::int64_t described = 0;
    for (const Column item : items) {
        const auto values = attribute.of(item);
        described += std::int64_t{!values.empty()};
        for (const auto value : values) weights[value] += 1 / static_cast<double>(values.size());
    }
    Taste taste;
    for (const auto& [value, weight] : weights) {
        taste.values.push_back(value);
        taste.shares.push_back(weight / static_cast<double>(described));
    }
    return taste;
}

double divergence(const Taste& taste, std::span<const double> list_shares)
{
    double sum = 0;
    for (std::size_t v = 0; v < taste.shares.size(); ++v) {
        const double p = taste.shares[v];
        sum += p * std::log(p / ((1 - smoothing) * list_shares[v] + smoothing * p));
    }
    return sum;
}

double divergence(const Taste& taste, const ItemValues& attribute, std::span<const std::int32_t> items)
{
    const Taste list = Taste::of(attribute, items);
    std::vector<double> shares(taste.values.size());
    for (std::size_t v = 0; v < list.values.size(); ++v) {
        const auto found = std::ranges::lower_bound(taste.values, list.values[v]);
        if (found != taste.values.end() && *found == list.values[v])
            shares[static_cast<std::size_t>(found - taste.values.begin())] = list.shares[v];
    }
    return divergence(taste, shares);
}

}  // namespace alster
