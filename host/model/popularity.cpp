#include "host/model/popularity.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "distributed/row_partition.hpp"

namespace alster {

namespace {

void count_positives(const DatasetReader& dataset, RowRange items, std::span<std::int64_t> counts)
{
    if (!dataset.info().weighted && !dataset.info().roles) {  // all of them are
        const auto offsets = dataset.offsets(Part::train, Side::items, items);
        for (Row i = 0; i < items.size(); ++i) counts[i] = offsets[i + 1] - offsets[i];
        return;
    }
    const Interactions rows = dataset.interactions(Part::train, Side::items, items);
    for (Row i = 0; i < rows.rows(); ++i)
        for (Offset n = rows.offsets[i]; n < rows.offsets[i + 1]; ++n) counts[i] += std::int64_t{rows.positive(n)};
}

}  // namespace

Popularity::Popularity(std::vector<std::int32_t> counts) : Popularity(counts, counts) {}

Popularity::Popularity(std::vector<std::int32_t> counts, std::span<const std::int32_t> then)
    : counts_(std::move(counts)), order_(counts_.size())
{
    std::iota(order_.begin(), order_.end(), 0);
    std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) {
        return counts_[a] > counts_[b] || (counts_[a] == counts_[b] && then[a] > then[b]);
    });
}

TopK Popularity::lists(const Interactions* seen, Row rows, Row k) const
{
    return lists(CandidateFilter{.excluded = seen}, rows, k);
}

TopK Popularity::lists(const CandidateFilter& filter, Row rows, Row k) const
{
    filter.check(rows, std::ssize(counts_));
    TopK result(rows, k);
#pragma omp parallel for schedule(dynamic, 64)
    for (Row r = 0; r < rows; ++r) {
        Row filled = 0;
        for (const auto item : order_) {
            if (filled == k) break;
            if (!filter.allows(r, item, 0)) continue;
            result.items[r * k + filled] = item;
            result.scores[r * k + filled++] = static_cast<float>(counts_[item]);
        }
        result.filled[r] = static_cast<std::int32_t>(filled);
    }
    return result;
}

PopularItems Popularity::first(std::size_t most) const
{
    PopularItems popular;
    for (const auto item : order_) {
        if (popular.items.size() == most || counts_[item] < 1) break;
        popular.items.push_back(item);
        popular.counts.push_back(counts_[item]);
    }
    return popular;
}

PopularItems most_popular(std::span<const std::int32_t> counts, std::size_t most)
{
    std::vector<std::int32_t> order(counts.size());
    std::iota(order.begin(), order.end(), 0);
    std::erase_if(order, [&](auto item) { return counts[item] < 1; });
    const auto kept = order.begin() + static_cast<std::ptrdiff_t>(std::min(most, order.size()));
    std::partial_sort(order.begin(), kept, order.end(),
                      [&](auto a, auto b) { return counts[a] > counts[b] || (counts[a] == counts[b] && a < b); });
    PopularItems popular{.items = {order.begin(), kept}, .counts = {}};
    for (const auto item : popular.items) popular.counts.push_back(counts[item]);
    return popular;
}

std::vector<std::int32_t> positive_counts(const Communicator& ranks, const DatasetReader& dataset)
{
    const Row items = dataset.info().items;
    const RowRange own = RowPartition::even(items, 1, ranks.size()).of(ranks.rank());
    std::vector<std::int64_t> counts(items);
    constexpr Row slice = 4096;
    for (Row first = own.first; first < own.last; first += slice) {
        const RowRange rows{first, std::min(first + slice, own.last)};
        count_positives(dataset, rows, std::span(counts).subspan(rows.first, rows.size()));
    }
    ranks.sum(counts);
    return {counts.begin(), counts.end()};
}

TimeWindow last_days(double days, std::int64_t until)
{
    constexpr double seconds_a_day = 86'400;
    const auto length = static_cast<std::int64_t>(std::llround(days * seconds_a_day));
    return {.since = std::max<std::int64_t>(0, until - length), .until = until};
}

std::vector<std::int32_t> positive_counts(const Communicator& ranks, const DatasetReader& dataset,
                                          const TimeWindow& window)
{
    std::vector<std::int64_t> counts(dataset.info().items);
    const RowRange own = RowPartition::even(dataset.info().users, 1, ranks.size()).of(ranks.rank());
    constexpr Row slice = 4096;
    for (Row first = own.first; first < own.last; first += slice) {
        const RowRange users{first, std::min(first + slice, own.last)};
        const Interactions rows = dataset.interactions(Part::train, Side::users, users);
        const auto times = dataset.times(Part::train, users);
        for (Offset n = 0; n < rows.entries(); ++n)
            counts[rows.columns[n]] += std::int64_t{rows.positive(n) && window.holds(times[n])};
    }
    ranks.sum(counts);
    return {counts.begin(), counts.end()};
}

}  // namespace alster
