#include "distributed/needed_rows.hpp"

#include <bit>

namespace alster {

NeededRows::NeededRows(Row rows, NamedRows named) : bits_(rows / 64 + 1), before_(1)
{
    for (const auto columns : named)
        for (const Column row : columns) bits_[row / 64] |= std::uint64_t{1} << row % 64;
    for (const auto word : bits_) before_.push_back(before_.back() + static_cast<Column>(std::popcount(word)));
}

Row NeededRows::place(Row row) const
{
    const std::uint64_t below = (std::uint64_t{1} << row % 64) - 1;
    return before_[row / 64] + std::popcount(bits_[row / 64] & below);
}

std::vector<Column> NeededRows::in(RowRange range) const
{
    std::vector<Column> rows;
    rows.reserve(place(range.last) - place(range.first));
    for (Row row = range.first; row < range.last; ++row)
        if (bits_[row / 64] >> row % 64 & 1) rows.push_back(static_cast<Column>(row - range.first));
    return rows;
}

}  // namespace alster
