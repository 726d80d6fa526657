#pragma once
#include "data/dataset_file.hpp"

namespace alster {

/// Which interactions keep an item out of a user's lists: those that consumed it, and by choice more.
struct Exclusion {
    bool disliked = false;  // what the user disliked
    bool held_out = false;  // what the split set aside, too
};

/// Items that the lists of some users exclude: offsets and columns only, ascending within a user.
[[nodiscard]] Interactions excluded_items(const DatasetReader& dataset, RowRange users, const Exclusion& exclusion);

/// The same of interactions that have been read.
[[nodiscard]] Interactions excluded_items(const Interactions& rows, bool disliked = false);

}  // namespace alster
