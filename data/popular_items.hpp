#pragma once
#include <cstdint>
#include <vector>

#include "data/hdf5_file.hpp"
#include "data/interactions.hpp"

namespace alster {

/// The items that most users took and liked, the most popular first: what a service shows to whom it does not know.
struct PopularItems {
    std::vector<std::int32_t> items;   // rows of /items
    std::vector<std::int32_t> counts;  // positive training interactions of each, at least 1
};

/// How many of them a file holds at most.
inline constexpr std::size_t most_popular_kept = 10'000;

/// /popular/all/item and /popular/all/count. The same on all ranks. Collective where the file is shared.
void write_popular(Hdf5File& file, const PopularItems& popular);

/// Empty where the file has none, being of format 1.0. Throws bad_data (65) unless the items are different rows of
/// `items` and the counts descend.
[[nodiscard]] PopularItems read_popular(const Hdf5File& file, Row items);

}  // namespace alster
