#include "data/ingest/record_sort.hpp"

#include <algorithm>
#include <compare>
#include <numeric>
#include <utility>
#include <vector>

namespace alster {

namespace {

constexpr Offset bucket_count = 1024;  // their ends fit the first-level cache
constexpr Offset smallest_bucket = 1 << 12;

/// Buckets of consecutive rows with about the same number of records.
struct Buckets {
    std::vector<std::uint16_t> of_row;  // of the rows' range
    std::vector<Offset> begin;          // (buckets + 1)
};

template <class RowOf>
Buckets make_buckets(std::span<const EventRecord> records, RowRange rows, RowOf row_of)
{
    std::vector<Offset> counts(rows.size());
    for (const auto& record : records) ++counts[row_of(record) - rows.first];
    const Offset goal = std::max(smallest_bucket, static_cast<Offset>(records.size()) / bucket_count + 1);
    Buckets buckets{.of_row = std::vector<std::uint16_t>(counts.size()), .begin = {0}};
    Offset end = 0;
    for (std::size_t r = 0; r < counts.size(); ++r) {
        if (end - buckets.begin.back() >= goal) buckets.begin.push_back(end);
        buckets.of_row[r] = static_cast<std::uint16_t>(buckets.begin.size() - 1);
        end += counts[r];
    }
    buckets.begin.push_back(end);
    return buckets;
}

/// The American flag: each record is swapped straight into its bucket.
template <class BucketOf>
void permute(std::span<EventRecord> records, const std::vector<Offset>& begin, BucketOf bucket_of)
{
    auto head = begin;
    for (std::size_t b = 0; b + 1 < begin.size(); ++b)
        while (head[b] < begin[b + 1]) {
            EventRecord record = records[head[b]];
            for (auto home = bucket_of(record); home != b; home = bucket_of(record))
                std::swap(record, records[head[home]++]);
            records[head[b]++] = record;
        }
}

/// Buckets first, so that what std::sort works on stays in the cache and threads can share the work.
template <class RowOf, class Before>
void sort(std::span<EventRecord> records, RowRange rows, RowOf row_of, Before before)
{
    const Buckets buckets = make_buckets(records, rows, row_of);
    permute(records, buckets.begin,
            [&](const EventRecord& r) -> std::size_t { return buckets.of_row[row_of(r) - rows.first]; });
    const auto count = static_cast<Offset>(buckets.begin.size()) - 1;
#pragma omp parallel for schedule(dynamic)
    for (Offset b = 0; b < count; ++b)
        std::sort(records.begin() + buckets.begin[b], records.begin() + buckets.begin[b + 1], before);
}

/// In time, and among events of one pair and time by what they say: never by where they stood in the input.
bool earlier(const EventRecord& a, const EventRecord& b)
{
    if (a.time() != b.time()) return a.time() < b.time();
    // float has no total order by <: 0 and -0 would be ties
    if (const auto order = std::strong_order(a.value, b.value); order != 0) return order < 0;
    if (const auto order = std::strong_order(a.confidence, b.confidence); order != 0) return order < 0;
    if (const auto order = std::strong_order(a.preference, b.preference); order != 0) return order < 0;
    return a.rule < b.rule;
}

}  // namespace

void sort_by_user(std::span<EventRecord> records, RowRange users)
{
    sort(
        records, users, [](const EventRecord& r) { return r.user; },
        [](const EventRecord& a, const EventRecord& b) {
            if (a.user != b.user) return a.user < b.user;
            if (a.item != b.item) return a.item < b.item;
            if (a.held != b.held) return a.held < b.held;
            return earlier(a, b);
        });
}

void sort_by_item(std::span<EventRecord> records, RowRange items)
{
    sort(
        records, items, [](const EventRecord& r) { return r.item; },
        [](const EventRecord& a, const EventRecord& b) {
            return a.item != b.item ? a.item < b.item : a.user < b.user;
        });
}

std::vector<Offset> sort_by_group(std::span<EventRecord> records, std::size_t groups,
                                  const std::function<std::size_t(const EventRecord&)>& group_of)
{
    std::vector<Offset> begin(groups + 1);
    for (const auto& record : records) ++begin[group_of(record) + 1];
    std::partial_sum(begin.begin(), begin.end(), begin.begin());
    permute(records, begin, group_of);
    return begin;
}

}  // namespace alster
