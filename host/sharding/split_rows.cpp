#include "host/sharding/split_rows.hpp"

#include "kernels/normal_equations.hpp"

namespace alster {

namespace {

constexpr std::size_t block_bytes = std::size_t{64} << 20;  // of the equations of a rank's parts in a wave
constexpr Row least_block = 16;                             // where a part's equations are large themselves

/// A rank's parts of a wave, counted from the wave's first.
RowRange in_wave(const SplitRows& split, Row wave, int rank, int ranks)
{
    const Row left = split.parts - split.first_part(wave, ranks);
    return {std::min(left, rank * split.block), std::min(left, (rank + 1) * split.block)};
}

}  // namespace

SplitRows::SplitRows(std::vector<SplitRow> split, Offset entries_of_part, Row width, int ranks)
    : rows(std::move(split)), part_entries(entries_of_part)
{
    for (auto& row : rows) {
        row.first_part = parts;
        parts += parts_of(row);
    }
    const auto fit = static_cast<Row>(block_bytes / (sizeof(float) * equations_size(width)));
    block = std::max<Row>(1, std::min((parts + ranks - 1) / ranks, std::max(least_block, fit)));
}

RowPartition SplitRows::holders(Row wave, int ranks) const
{
    std::vector<Row> first;
    for (int rank = 0; rank < ranks; ++rank) first.push_back(in_wave(*this, wave, rank, ranks).first);
    first.push_back(in_wave(*this, wave, ranks - 1, ranks).last);
    return RowPartition(std::move(first));
}

RowPartition SplitRows::owners(Row wave, const RowPartition& rows_of_side) const
{
    const int ranks = rows_of_side.ranks();
    const Row begin = first_part(wave, ranks);
    const Row end = std::min(parts, begin + block * ranks);
    std::vector<Row> first;
    for (int rank = 0; rank < ranks; ++rank) {
        const auto owned = among({rows_of_side.of(rank).first, rows_of_side.rows()});
        const Row part = owned.empty() ? parts : owned.front().first_part;
        first.push_back(std::clamp(part, begin, end) - begin);
    }
    first.front() = 0;
    first.push_back(end - begin);
    return RowPartition(std::move(first));
}

std::vector<RowEntries> SplitRows::held_by(int rank, int ranks) const
{
    std::vector<RowEntries> held;
    for (Row wave = 0; wave < waves(ranks); ++wave) {
        const RowRange range = in_wave(*this, wave, rank, ranks);
        for (Row part = first_part(wave, ranks) + range.first; part < first_part(wave, ranks) + range.last; ++part) {
            const auto row = std::ranges::upper_bound(rows, part, {}, &SplitRow::first_part) - 1;
            const Offset first = (part - row->first_part) * part_entries;
            held.push_back({row->row, {first, std::min(row->entries, first + part_entries)}});
        }
    }
    return held;
}

std::span<const SplitRow> SplitRows::among(RowRange range) const
{
    const auto first = std::ranges::lower_bound(rows, range.first, {}, &SplitRow::row);
    return {first, std::ranges::lower_bound(rows, range.last, {}, &SplitRow::row)};
}

}  // namespace alster
