#pragma once
#include "kernels/item_walk.hpp"

namespace alster {

/// item_walk on the cores of one rank, in time ∝ Σ_v n_v². Beside its arguments and its result it takes, a thread,
/// 8 bytes for each item, and 4 bytes for each entry of the sources' users, at most 256 MiB of these at a time where no
/// single item has more.
[[nodiscard]] ItemWalk cpu_item_walk(const Histories& histories, const ItemWalkRule& rule, RowRange sources);

}  // namespace alster
