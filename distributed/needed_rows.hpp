#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// What a rank's interactions name of the fixed side, in the order in which they will be solved: the columns of each of
/// its batches, and then of anything that comes after them.
using NamedRows = std::span<const std::span<Column>>;

/// The rows of one side that are named, and their places among all that are, ascending. 1.5 bits for each row of the
/// side.
class NeededRows {
public:
    NeededRows(Row rows, NamedRows named);

    [[nodiscard]] Row count() const { return before_.back(); }

    /// How many rows below `row` are needed: the place of `row`, where it is needed itself.
    [[nodiscard]] Row place(Row row) const;

    /// Those in `range`, counted from its first, ascending.
    [[nodiscard]] std::vector<Column> in(RowRange range) const;

private:
    std::vector<std::uint64_t> bits_;
    std::vector<Column> before_;  // (words + 1) needed rows below each word
};

}  // namespace alster
