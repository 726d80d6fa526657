#include "host/sharding/partition_by_cost.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "data/entry_sum.hpp"
#include "data/error.hpp"
#include "kernels/backend_sizes.hpp"

namespace alster {

namespace {

constexpr Row slice_rows = rows_per_chunk * 16'384;

/// The rows of a rank between those that are split.
std::vector<RowRange> whole_rows(const Share& share, int rank)
{
    const RowRange own = share.rows.of(rank);
    std::vector<RowRange> ranges;
    Row first = own.first;
    for (const SplitRow& split : share.split.among(own)) {
        ranges.push_back({first, split.row});
        first = split.row + 1;
    }
    ranges.push_back({first, own.last});
    return ranges;
}

void append(const Interactions& more, Interactions& all)
{
    const Offset before = all.offsets.back();
    for (std::size_t r = 1; r < more.offsets.size(); ++r) all.offsets.push_back(before + more.offsets[r]);
    const auto add = [](const auto& from, auto& to) { to.insert(to.end(), from.begin(), from.end()); };
    add(more.columns, all.columns);
    add(more.values, all.values);
    add(more.confidences, all.confidences);
    add(more.preferences, all.preferences);
    add(more.roles, all.roles);
}

Interactions read_rows(const DatasetReader& dataset, Side side, const Share& share, int rank)
{
    const auto ranges = whole_rows(share, rank);
    if (ranges.size() == 1) return dataset.interactions(Part::train, side, ranges.front());
    Interactions rows;
    for (const RowRange& range : ranges) {
        if (range.first > ranges.front().first) rows.offsets.push_back(rows.offsets.back());  // the split row
        for (Row first = range.first; first < range.last; first += slice_rows)
            append(dataset.interactions(Part::train, side, {first, std::min(range.last, first + slice_rows)}), rows);
    }
    return rows;
}

}  // namespace

void add_costs(std::span<const Offset> offsets, Row first_row, const RowCost& cost, Offset part_entries,
               SideCosts& costs)
{
    for (std::size_t r = 0; r + 1 < offsets.size(); ++r) {
        const Row row = first_row + static_cast<Row>(r);
        const Offset entries = offsets[r + 1] - offsets[r];
        costs.chunks[row / rows_per_chunk] += cost(entries);
        if (entries > part_entries) costs.long_rows.push_back({row, entries});
    }
}

void each_slice_of_offsets(const DatasetReader& dataset, Side side, RowRange rows,
                           const std::function<void(Row, std::span<const Offset>)>& f)
{
    for (Row first = rows.first; first < rows.last; first += slice_rows)
        f(first, dataset.offsets(Part::train, side, {first, std::min(rows.last, first + slice_rows)}));
}

SideCosts side_costs(const DatasetReader& dataset, Side side, const RowCost& cost, Offset part_entries)
{
    SideCosts costs{.rows = dataset.rows(side)};
    costs.chunks.resize((costs.rows + rows_per_chunk - 1) / rows_per_chunk);
    each_slice_of_offsets(dataset, side, {0, costs.rows}, [&](Row first, std::span<const Offset> offsets) {
        add_costs(offsets, first, cost, part_entries, costs);
    });
    return costs;
}

double cost_on(const Share& share, const SideCosts& costs, const RowCost& cost, int rank)
{
    const RowRange own = share.rows.of(rank);
    double sum = 0;
    for (Row chunk = own.first / rows_per_chunk; chunk * rows_per_chunk < own.last; ++chunk)
        sum += costs.chunks[static_cast<std::size_t>(chunk)];
    for (const SplitRow& row : share.split.among(own)) sum -= cost(row.entries);
    for (const SplitRow& row : share.split.rows) sum += cost(row.entries) / share.rows.ranks();
    return sum;
}

Share make_share(const SideCosts& costs, int ranks, const RowCost& cost, Offset part_entries, double heaviest)
{
    std::vector<double> chunks = costs.chunks;
    const double total = std::accumulate(chunks.begin(), chunks.end(), 0.0);
    std::vector<SplitRow> split;
    for (const SplitRow& row : costs.long_rows) {
        const double weight = cost(row.entries);
        if (ranks == 1 || weight <= heaviest * total / ranks) continue;
        split.push_back(row);
        chunks[row.row / rows_per_chunk] -= weight;  // all ranks bear it alike
    }
    return {RowPartition(costs.rows, rows_per_chunk, chunks, ranks),
            SplitRows(std::move(split), part_entries, cost.width(), ranks)};
}

SideCosts shared_side_costs(const Communicator& ranks, const DatasetReader& dataset, Side side, const RowCost& cost,
                            Offset part_entries)
{
    SideCosts costs{.rows = dataset.rows(side)};
    if (ranks.leads())
        costs = side_costs(DatasetReader(dataset.file().path(), serial_access(), Verify::nothing), side, cost,
                           part_entries);
    costs.chunks.resize((costs.rows + rows_per_chunk - 1) / rows_per_chunk);
    ranks.broadcast(costs.chunks);
    std::vector<std::int64_t> long_rows(2 * static_cast<std::size_t>(ranks.max(std::ssize(costs.long_rows))));
    for (std::size_t n = 0; n < costs.long_rows.size(); ++n) {
        long_rows[2 * n] = costs.long_rows[n].row;
        long_rows[2 * n + 1] = costs.long_rows[n].entries;
    }
    ranks.broadcast(long_rows);
    costs.long_rows.clear();
    for (std::size_t n = 0; n < long_rows.size(); n += 2) costs.long_rows.push_back({long_rows[n], long_rows[n + 1]});
    return costs;
}

OwnInteractions read_interactions(const DatasetReader& dataset, Side side, const Share& share, int rank)
{
    OwnInteractions own{read_rows(dataset, side, share, rank), {}};
    own.sum = entry_sum(own.rows, share.rows.of(rank).first, side);
    for (const RowEntries& part : share.split.held_by(rank, share.rows.ranks())) {
        const Interactions entries = dataset.part_of_row(side, part.row, part.entries);
        own.sum += entry_sum(entries, part.row, side);
        append(entries, own.parts);
    }
    return own;
}

void require_same_entries(const Communicator& ranks, const DatasetReader& dataset, std::uint64_t by_user,
                          std::uint64_t by_item)
{
    // halves, so that no sum over ranks overflows
    std::array<std::int64_t, 4> halves = {};
    const std::uint64_t sums[] = {by_user, by_item};
    for (std::size_t n = 0; n < 2; ++n) {
        halves[2 * n] = static_cast<std::int64_t>(sums[n] >> 32U);
        halves[2 * n + 1] = static_cast<std::int64_t>(sums[n] & 0xffffffffU);
    }
    ranks.sum(halves);
    const auto total = [&](std::size_t n) {
        return (static_cast<std::uint64_t>(halves[n]) << 32U) + static_cast<std::uint64_t>(halves[n + 1]);
    };
    if (total(0) != total(2))
        throw Error(ExitCode::bad_data,
                    "{}: the interactions by item are not those by user: the file was altered, prepare it again",
                    dataset.file().path().string());
}

void each_slice(const DatasetReader& dataset, Side side, const Share& share, int rank,
                const std::function<void(const Interactions&)>& f)
{
    for (const RowRange& range : whole_rows(share, rank))
        for (Row first = range.first; first < range.last; first += slice_rows)
            f(dataset.interactions(Part::train, side, {first, std::min(range.last, first + slice_rows)}));
    for (const RowEntries& part : share.split.held_by(rank, share.rows.ranks()))
        f(dataset.part_of_row(side, part.row, part.entries));
}

}  // namespace alster
