#pragma once
#include <functional>

#include "data/dataset_file.hpp"
#include "distributed/communicator.hpp"
#include "host/sharding/split_rows.hpp"
#include "kernels/row_cost.hpp"

namespace alster {

/// What the rows of a side cost to solve, by a model of a row's cost: from its number of interactions and the width of
/// the factors.
struct SideCosts {
    Row rows = 0;
    std::vector<double> chunks = {};       // of rows_per_chunk rows each
    std::vector<SplitRow> long_rows = {};  // of more than one part: those that may have to be split
};

/// How one side falls on the ranks: ranges of rows, and the rows among them of which all ranks hold parts.
struct Share {
    RowPartition rows;
    SplitRows split;
};

/// Adds rows first_row … to the costs, `offsets` being the entries before each of them and behind the last.
void add_costs(std::span<const Offset> offsets, Row first_row, const RowCost& cost, Offset part_entries,
               SideCosts& costs);

/// Runs f(first row, offsets of the slice) on the training part's rows a slice at a time: `offsets` as for add_costs.
void each_slice_of_offsets(const DatasetReader& dataset, Side side, RowRange rows,
                           const std::function<void(Row, std::span<const Offset>)>& f);

[[nodiscard]] SideCosts side_costs(const DatasetReader& dataset, Side side, const RowCost& cost, Offset part_entries);

/// The same, read by one rank and told to all. Collective.
[[nodiscard]] SideCosts shared_side_costs(const Communicator& ranks, const DatasetReader& dataset, Side side,
                                          const RowCost& cost, Offset part_entries);

/// What the rows and parts of a rank cost.
[[nodiscard]] double cost_on(const Share& share, const SideCosts& costs, const RowCost& cost, int rank);

/// Cuts the rows so that the ranks' half-steps take equally long, and splits those that weigh more than `heaviest` of
/// a rank's part of the whole.
[[nodiscard]] Share make_share(const SideCosts& costs, int ranks, const RowCost& cost, Offset part_entries,
                               double heaviest = 0.125);

/// A rank's interactions of one side: its rows, of which the split ones are left empty, and parts of split rows.
struct OwnInteractions {
    Interactions rows;
    Interactions parts;
    std::vector<std::uint64_t> start_keys = {};  // (rows) of the items: what their start is drawn by
    std::vector<float> start =
        {};                 // (rows, width) of the items that a model has already, else NaN; empty: all are drawn
    std::uint64_t sum = 0;  // entry_sum() of both
};

[[nodiscard]] OwnInteractions read_interactions(const DatasetReader& dataset, Side side, const Share& share, int rank);

/// Throws bad_data (65) where the ranks' interactions by item are not those by user, given the sums of this rank's.
/// Collective.
void require_same_entries(const Communicator& ranks, const DatasetReader& dataset, std::uint64_t by_user,
                          std::uint64_t by_item);

/// Runs f on the same interactions a slice at a time, for who has no room for all of them.
void each_slice(const DatasetReader& dataset, Side side, const Share& share, int rank,
                const std::function<void(const Interactions&)>& f);

}  // namespace alster
