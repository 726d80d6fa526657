#pragma once
#include <cstdint>
#include <filesystem>

#include "host/model/served_model.hpp"
#include "host/personalize/cold/new_titles.hpp"

namespace alster {

/// What became of the items of which nothing was learned.
struct MappedItems {
    Row mapped = 0;       // have factors now, and the status `mapped`
    Row undescribed = 0;  // have none: no feature is known of them, or none that a learned item has
};

/// Writes a copy of the served model in which items of which nothing was learned have factors made from their features,
/// by `factors_by` (knn or ridge), and the status `mapped`. `new_items` is what the copy says of how to rank them. What
/// was learned, its Gramians and its space are as before: the vectors of both files may be compared. The same bytes for
/// any number of ranks. Errors: cannot_create (73), io (74). Collective.
MappedItems write_mapped_model(ServedModel& served, const NewItems& new_items, ColdMethod factors_by,
                               const std::filesystem::path& path);

}  // namespace alster
