#include "data/exclusion.hpp"

#include <algorithm>
#include <iterator>

namespace alster {

namespace {

/// Both sets of items of each row, an item once.
Interactions joined(const Interactions& a, const Interactions& b)
{
    Interactions all;
    all.columns.reserve(a.columns.size() + b.columns.size());
    for (Row r = 0; r < a.rows(); ++r) {
        std::ranges::set_union(a.columns_of(r), b.columns_of(r), std::back_inserter(all.columns));
        all.offsets.push_back(static_cast<Offset>(all.columns.size()));
    }
    return all;
}

}  // namespace

Interactions excluded_items(const Interactions& rows, bool disliked)
{
    const Roles excluding = disliked ? consumed_role | disliked_role : consumed_role;
    Interactions excluded;
    for (Row r = 0; r < rows.rows(); ++r) {
        for (Offset n = rows.offsets[r]; n < rows.offsets[r + 1]; ++n)
            if ((rows.roles_of(n) & excluding) != 0) excluded.columns.push_back(rows.columns[n]);
        excluded.offsets.push_back(static_cast<Offset>(excluded.columns.size()));
    }
    return excluded;
}

Interactions excluded_items(const DatasetReader& dataset, RowRange users, const Exclusion& exclusion)
{
    const auto of = [&](Part part) {
        return excluded_items(dataset.interactions(part, Side::users, users), exclusion.disliked);
    };
    if (!exclusion.held_out || dataset.info().held_out == 0) return of(Part::train);
    return joined(of(Part::train), of(Part::holdout));
}

}  // namespace alster
