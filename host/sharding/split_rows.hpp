#pragma once
#include <algorithm>
#include <vector>

#include "data/interactions.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// A row too heavy for one rank: all ranks assemble parts of it, and the one that owns the row sums and solves them.
struct SplitRow {
    Row row = 0;
    Offset entries = 0;
    Row first_part = 0;  // parts of all split rows of a side are counted through
};

/// Some entries of a row.
struct RowEntries {
    Row row;
    RowRange entries;
};

/// The split rows of a side, the same on all ranks. Their parts are dealt out in waves, `block` parts to each rank in
/// turn, so that the equations of one wave fit memory and every wave's parts are consecutive.
struct SplitRows {
    std::vector<SplitRow> rows;
    Offset part_entries = 1;
    Row parts = 0;
    Row block = 1;

    /// The rows in ascending order; `width` and `ranks` decide how many parts make a block.
    SplitRows(std::vector<SplitRow> split, Offset entries_of_part, Row width, int ranks);
    SplitRows() = default;

    [[nodiscard]] Row parts_of(const SplitRow& row) const { return (row.entries + part_entries - 1) / part_entries; }
    [[nodiscard]] Row waves(int ranks) const { return (parts + block * ranks - 1) / (block * ranks); }

    /// Who holds the parts of a wave, counted from its first.
    [[nodiscard]] RowPartition holders(Row wave, int ranks) const;

    /// Who owns the rows of these parts, counted from the wave's first.
    [[nodiscard]] RowPartition owners(Row wave, const RowPartition& rows_of_side) const;

    [[nodiscard]] Row first_part(Row wave, int ranks) const { return wave * block * ranks; }

    /// What a rank holds, in the order of waves.
    [[nodiscard]] std::vector<RowEntries> held_by(int rank, int ranks) const;

    /// Those among the rows of a rank.
    [[nodiscard]] std::span<const SplitRow> among(RowRange range) const;
};

}  // namespace alster
