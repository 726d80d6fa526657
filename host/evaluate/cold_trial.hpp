#pragma once
#include <vector>

#include "data/interactions.hpp"
#include "host/model/served_model.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// Interactions with some items, and those that are left; all with the arrays that the whole has.
struct HiddenPart {
    Interactions left;
    Interactions hidden;  // columns are places among the hidden items
};

/// `place_of`: (items) of each among the hidden ones, −1: it is not hidden.
[[nodiscard]] HiddenPart hide(const Interactions& all, std::span<const std::int32_t> place_of);

/// Users solved again for the items of a model but some, as one half-step would.
struct RefoldedUsers {
    HostMatrix users;  // (rows, objective.width())
    HostMatrix items;  // (items, objective.width()) in the same basis; zeros of hidden items
};

/// `left`: the interactions of `users`, this rank's, with the other items. Throws diverged (12) where a row cannot be solved.
/// Collective.
[[nodiscard]] RefoldedUsers refold(ServedModel& served, RowRange users, Interactions left,
                                   std::span<const std::int32_t> place_of);

}  // namespace alster
