#pragma once
#include <cstdint>
#include <vector>

#include "distributed/needed_rows.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// Where the needed rows lie in a rank's table: by the stage with which they come, which is the first that names them,
/// then by owner, then ascending. So what one rank sends in one stage is a run of slots. 5 bytes for each needed row,
/// while an exchange is planned.
class StagedSlots {
public:
    StagedSlots(const NeededRows& needed, const RowPartition& owners, NamedRows stages);

    /// Of a needed row.
    [[nodiscard]] Row slot(Row row) const { return slot_[needed_.place(row)]; }

    /// First slot of each stage and owner, stage by stage, and the end: (stages · owners + 1).
    [[nodiscard]] const std::vector<Row>& first_slots() const { return first_; }

    /// The rows of one owner, counted from its first, stage by stage, and how many each stage has.
    [[nodiscard]] std::vector<Column> rows_of(int owner) const;
    [[nodiscard]] std::vector<Column> counts_of(int owner) const;

private:
    [[nodiscard]] RowRange places_of(int owner) const;
    [[nodiscard]] std::size_t run(int stage, int owner) const { return stage * owners_.ranks() + owner; }

    const NeededRows& needed_;
    const RowPartition& owners_;
    int stages_;
    std::vector<std::uint8_t> stage_;  // (needed rows)
    std::vector<Column> slot_;         // (needed rows)
    std::vector<Row> first_;
};

}  // namespace alster
