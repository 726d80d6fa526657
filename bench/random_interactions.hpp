#pragma once
#include "data/interactions.hpp"

namespace alster {

/// The shape of a data set: so many interactions, lognormal activity of users (σ 1.1), items drawn by a power law of
/// their rank (exponent 0.9), no pair twice.
struct SetShape {
    Row users = 138'493;
    Row items = 26'744;
    Offset interactions = 20'000'000;
};

[[nodiscard]] Interactions random_interactions(const SetShape& shape);

/// The same interactions seen from the items.
[[nodiscard]] Interactions transposed(const Interactions& by_user, Row items);

}  // namespace alster
