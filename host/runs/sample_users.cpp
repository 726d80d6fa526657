#include "host/runs/sample_users.hpp"

#include <algorithm>
#include <tuple>

#include "data/id_hash.hpp"
#include "host/personalize/recommender.hpp"

namespace alster {

namespace {

constexpr std::size_t shown_of_history = 6;
constexpr std::uint64_t drawn_by = 0x72c9'e1b3'54d8'60f7U;  // another choice than the buckets of an experiment make

/// Users with an interaction in each part that has any, in the order of a hash of their ids.
std::vector<Row> draw(const DatasetReader& dataset, std::size_t most)
{
    const RowRange all{0, dataset.info().users};
    const auto seen = dataset.offsets(Part::train, Side::users, all);
    std::vector<Offset> held_out;
    if (dataset.info().held_out > 0) held_out = dataset.offsets(Part::holdout, Side::users, all);
    const auto hashes = id_hashes(dataset.ids(Side::users, all));
    std::vector<std::pair<std::uint64_t, Row>> order;
    for (Row u = 0; u < all.last; ++u) {
        if (seen[u] == seen[u + 1] || (!held_out.empty() && held_out[u] == held_out[u + 1])) continue;
        order.emplace_back(mixed_bits(hashes[u] ^ drawn_by), u);
    }
    const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(most, order.size()));
    std::ranges::partial_sort(order, end);
    std::vector<Row> rows;
    for (auto at = order.begin(); at != end; ++at) rows.push_back(at->second);
    return rows;
}

std::string name_of(const ItemLabels& labels, Row item)
{
    const std::string title = labels.has_titles() ? labels.title(item) : "";
    return title.empty() ? labels.id(item) : title;
}

std::vector<SampleItem> shown_history(ServedModel& served, const Interactions& seen)
{
    const auto counts = served.popularity().counts();
    std::vector<std::tuple<float, std::int32_t, Column>> order;  // the greatest value first, then the rarest item
    for (Offset n = 0; n < seen.entries(); ++n)
        if (seen.positive(n)) order.emplace_back(-seen.values[n], counts[seen.columns[n]], seen.columns[n]);
    std::ranges::sort(order);
    if (order.size() > shown_of_history) order.resize(shown_of_history);
    std::vector<SampleItem> history;
    for (const auto& [value, count, item] : order) history.push_back({.name = name_of(served.labels(), item)});
    return history;
}

std::vector<Column> to_find(const DatasetReader& dataset, Row user)
{
    if (dataset.info().held_out == 0) return {};
    const auto held_out = dataset.interactions(Part::holdout, Side::users, {user, user + 1});
    const auto excluded = excluded_items(dataset, {user, user + 1}, {});
    std::vector<Column> items;
    for (Offset n = 0; n < held_out.entries(); ++n)
        if (held_out.positive(n) && !std::ranges::binary_search(excluded.columns, held_out.columns[n]))
            items.push_back(held_out.columns[n]);
    return items;
}

std::vector<SampleItem> shown_list(const ItemLabels& labels, const Lists& made, Row n, const std::vector<Column>& hits)
{
    std::vector<SampleItem> list;
    for (Row place = 0; place < made.lists.k; ++place) {
        const auto item = made.lists.items[n * made.lists.k + place];
        if (item < 0) break;
        SampleItem shown{.name = name_of(labels, item), .held_out = std::ranges::binary_search(hits, item)};
        const auto reasons = made.evidence.items_of(n, made.lists.k, place);
        if (!reasons.empty()) shown.because = name_of(labels, reasons.front());
        list.push_back(std::move(shown));
    }
    return list;
}

}  // namespace

std::vector<SampleUser> sample_users(ServedModel& served, std::size_t users, Row list)
{
    const DatasetReader& dataset = served.dataset();
    const auto rows = draw(dataset, users);
    RecommendOptions options;
    options.k = std::min(list, served.info().items);
    options.evidence = 1;
    Recommender recommender(served, options);
    Lists made = recommender.lists(rows);
    recommender.find_evidence(rows, made);
    std::vector<SampleUser> sample;
    for (std::size_t n = 0; n < rows.size(); ++n) {
        const RowRange one{rows[n], rows[n] + 1};
        const auto seen = dataset.interactions(Part::train, Side::users, one);
        const auto hits = to_find(dataset, rows[n]);
        sample.push_back({.id = dataset.ids(Side::users, one).text(0),
                          .history = shown_history(served, seen),
                          .consumed = seen.entries(),
                          .to_find = std::ssize(hits),
                          .list = shown_list(served.labels(), made, static_cast<Row>(n), hits)});
    }
    return sample;
}

}  // namespace alster
