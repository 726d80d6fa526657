#pragma once
#include <cstdint>

#include "data/interactions.hpp"

namespace alster {

/// A sum over interactions that does not depend on their order, modulo 2⁶⁴: of a mix of user, item, value, role and
/// weights of each. By user and by item the same interactions have the same sum; others have it with a chance of 2⁻⁶⁴,
/// as long as nobody chooses them for it. `first_row`: the number of the first row, a user or an item as `side` says.
[[nodiscard]] std::uint64_t entry_sum(const Interactions& rows, Row first_row, Side side);

}  // namespace alster
