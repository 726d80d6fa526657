#pragma once
#include <span>
#include <vector>

#include "data/interactions.hpp"
#include "kernels/backend.hpp"
#include "kernels/row_cost.hpp"

namespace alster {

/// Cuts a rank's rows into at most eight batches, none empty: the rows that a batch needs of the other side are
/// exchanged while those before it are solved. Each costs about as much as all before it together: the first, which has
/// to be waited for, is small, and what a batch needs in addition is not more than what came for those before.
[[nodiscard]] std::vector<RowRange> growing_batches(const Interactions& interactions, const RowCost& cost_of_row);

/// As the backend can use them: all rows in one where it cannot solve any before it has all it needs.
template <Backend B>
std::vector<RowRange> batches_for(const Interactions& interactions, const RowCost& row)
{
    if (B::most_batches == 1) return {{0, interactions.rows()}};
    return growing_batches(interactions, row);
}

/// What each batch names of the other side.
[[nodiscard]] std::vector<std::span<Column>> columns_of(Interactions& interactions, std::span<const RowRange> batches);

}  // namespace alster
