#include "host/personalize/popular_lists.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "data/error.hpp"
#include "distributed/row_partition.hpp"
#include "host/personalize/rerank/item_values.hpp"

namespace alster {

namespace {

constexpr Row most_counts = Row{1} << 23;  // of values and items, that are held at once

/// Whose attribute is asked for.
Side side_of(const DatasetReader& dataset, const std::string& by)
{
    const bool of_users = dataset.attribute_types(Side::users).contains(by);
    const bool of_items = dataset.attribute_types(Side::items).contains(by);
    if (of_users != of_items) return of_users ? Side::users : Side::items;
    if (of_users) throw Error(ExitCode::usage, "--by {}: users and items have an attribute of this name", by);
    std::vector<std::string> known;
    for (const Side side : {Side::users, Side::items})
        for (const auto& [attribute, type] : dataset.attribute_types(side)) known.push_back(attribute);
    throw Error(ExitCode::usage, "--by {}: {} has no such attribute; it has: {}", by, dataset.file().path().string(),
                known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")));
}

ItemValues values_of(const DatasetReader& dataset, Side side, const std::string& by)
{
    const auto type = dataset.attribute_types(side).at(by);
    if (type != AttributeType::category && type != AttributeType::set)
        throw Error(ExitCode::usage, "--by {}: it is a {}: lists are made by a category or a set", by, name(type));
    return {dataset.attribute(side, by, {0, dataset.rows(side)}), by, "--by"};
}

/// The first k that may be seen, of those that somebody took and `has` lets through.
template <class Has>
PopularList most(std::span<const std::int64_t> counts, const PopularOptions& options, const Has& has)
{
    std::vector<std::int32_t> order;
    for (Row item = 0; item < std::ssize(counts); ++item)
        if (counts[item] > 0 && has(item) &&
            (!options.eligibility || options.eligibility->items().at(options.user_class, item)))
            order.push_back(static_cast<std::int32_t>(item));
    const auto kept = order.begin() + std::min<Row>(options.k, std::ssize(order));
    std::partial_sort(order.begin(), kept, order.end(),
                      [&](auto a, auto b) { return counts[a] > counts[b] || (counts[a] == counts[b] && a < b); });
    PopularList list{.value = {}, .items = {order.begin(), kept}, .counts = {}};
    for (const auto item : list.items) list.counts.push_back(counts[item]);
    return list;
}

std::vector<PopularList> by_items(std::span<const std::int64_t> counts, const ItemValues& values,
                                  const PopularOptions& options)
{
    std::vector<PopularList> lists;
    for (Row value = 0; value < values.vocabulary().rows(); ++value) {
        lists.push_back(most(counts, options, [&](Row item) {
            return std::ranges::binary_search(values.of(item), static_cast<std::int32_t>(value));
        }));
        lists.back().value = values.vocabulary()[value];
    }
    return lists;
}

/// What users of the values first … first + n took, (n, items).
std::vector<std::int64_t> counts_of(const Communicator& ranks, const DatasetReader& dataset, const ItemValues& values,
                                    RowRange range, const std::optional<TimeWindow>& window)
{
    const Row items = dataset.info().items;
    std::vector<std::int64_t> counts(range.size() * items);
    const RowRange own = RowPartition::even(dataset.info().users, 1, ranks.size()).of(ranks.rank());
    constexpr Row slice = 4096;
    for (Row first = own.first; first < own.last; first += slice) {
        const RowRange users{first, std::min(first + slice, own.last)};
        const Interactions rows = dataset.interactions(Part::train, Side::users, users);
        const auto times = window ? dataset.times(Part::train, users) : std::vector<std::uint32_t>();
        const auto counted = [&](Offset n) { return rows.positive(n) && (!window || window->holds(times[n])); };
        for (Row u = 0; u < rows.rows(); ++u)
            for (const auto value : values.of(users.first + u)) {
                if (value < range.first || value >= range.last) continue;
                for (Offset n = rows.offsets[u]; n < rows.offsets[u + 1]; ++n)
                    counts[(value - range.first) * items + rows.columns[n]] += std::int64_t{counted(n)};
            }
    }
    ranks.sum(std::span(counts));
    return counts;
}

std::vector<PopularList> by_users(const Communicator& ranks, const DatasetReader& dataset, const ItemValues& values,
                                  const PopularOptions& options)
{
    const Row items = dataset.info().items, all = values.vocabulary().rows();
    const Row step = std::max<Row>(1, most_counts / std::max<Row>(1, items));
    std::vector<PopularList> lists;
    for (Row first = 0; first < all; first += step) {
        const RowRange range{first, std::min(first + step, all)};
        const auto counts = counts_of(ranks, dataset, values, range, options.window);
        for (Row value = range.first; value < range.last; ++value) {
            const auto own = std::span(counts).subspan((value - range.first) * items, items);
            lists.push_back(most(own, options, [](Row) { return true; }));
            lists.back().value = values.vocabulary()[value];
        }
    }
    return lists;
}

}  // namespace

std::vector<PopularList> popular_lists(const Communicator& ranks, const DatasetReader& dataset,
                                       const PopularOptions& options)
{
    const Side side = options.by.empty() ? Side::items : side_of(dataset, options.by);
    if (side == Side::users) return by_users(ranks, dataset, values_of(dataset, side, options.by), options);
    const auto narrow =
        options.window ? positive_counts(ranks, dataset, *options.window) : positive_counts(ranks, dataset);
    const std::vector<std::int64_t> counts(narrow.begin(), narrow.end());
    if (options.by.empty()) return {most(counts, options, [](Row) { return true; })};
    return by_items(counts, values_of(dataset, side, options.by), options);
}

}  // namespace alster
