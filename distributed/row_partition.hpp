#pragma once
#include <span>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// Which rank owns which rows of one side: consecutive ranges, cut on borders of `rows_per_chunk`, some of them empty
/// where there are more ranks than chunks.
class RowPartition {
public:
    /// Cuts so that each rank gets about the same cost. `chunk_costs[k]` is the cost of rows k·chunk … (k + 1)·chunk.
    RowPartition(Row rows, Row chunk, std::span<const double> chunk_costs, int ranks);

    /// Cut at given rows: `first` (ranks + 1) ascends from 0 to their number.
    explicit RowPartition(std::vector<Row> first) : first_(std::move(first)) {}

    [[nodiscard]] RowRange of(int rank) const { return {first_[rank], first_[rank + 1]}; }
    [[nodiscard]] int owner(Row row) const;
    [[nodiscard]] Row rows() const { return first_.back(); }
    [[nodiscard]] int ranks() const { return static_cast<int>(first_.size()) - 1; }

    /// Rows of each rank, in rank order.
    [[nodiscard]] std::vector<Row> sizes() const;

    /// Rows split as evenly as chunks allow: where every row costs the same.
    [[nodiscard]] static RowPartition even(Row rows, Row chunk, int ranks);

private:
    std::vector<Row> first_;  // (ranks + 1)
};

}  // namespace alster
