#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// The rows of one side that a rank's interactions name, and their slots: their places among those named, ascending.
/// 1.5 bits for each row of the side.
class NeededRows {
public:
    NeededRows(Row rows, const std::vector<std::span<Column>>& named);

    [[nodiscard]] Row count() const { return before_.back(); }

    /// How many rows below `row` are needed: the slot of `row`, where it is needed itself.
    [[nodiscard]] Row slot(Row row) const;

    /// Those in `range`, counted from its first, ascending.
    [[nodiscard]] std::vector<Column> in(RowRange range) const;

private:
    std::vector<std::uint64_t> bits_;
    std::vector<Column> before_;  // (words + 1) needed rows below each word
};

}  // namespace alster
