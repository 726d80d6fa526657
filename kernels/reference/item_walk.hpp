#pragma once
#include "kernels/item_walk.hpp"

namespace alster {

/// item_walk by its definition: the sum of every pair, then a sort.
[[nodiscard]] ItemWalk reference_item_walk(const Histories& histories, const ItemWalkRule& rule, RowRange sources);

}  // namespace alster
