#pragma once
#include <cstdint>
#include <filesystem>

#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "data/neighbour_file.hpp"
#include "distributed/communicator.hpp"
#include "kernels/item_walk.hpp"

namespace alster {

/// How neighbours are found (docs/neighbours.md).
struct NeighbourOptions {
    ItemWalkRule rule;
    Row history_limit = 2048;  // of a longer history so many interactions are drawn
    std::uint64_t seed = 1;    // of the draw
};

/// Where a model's neighbours lie unless another file is named.
[[nodiscard]] inline std::filesystem::path neighbours_beside(const std::filesystem::path& model)
{
    return model_file_of(model).parent_path() / "neighbours.h5";
}

/// Histories to walk over, and what was left out of them.
struct WalkedHistories {
    Histories histories;
    Offset interactions = 0;  // positive ones, before histories were sampled
    Row sampled_users = 0;    // whose history is longer than the limit
};

/// The positive interactions of each row (Interactions::positive), offsets and columns only.
[[nodiscard]] Interactions positive_items(const Interactions& rows);

/// All users' positive training interactions: 4 bytes each, and 16 bytes a user. Of a history of n > L interactions the
/// L with the smallest hash of (seed, user row, item row) are kept, and a pair of them counts (n − 1) / (L (L − 1)), so
/// that a weight's expectation is that of the whole history. Not collective.
[[nodiscard]] WalkedHistories read_histories(const DatasetReader& dataset, const NeighbourOptions& options);

/// Walks over the dataset's part train and writes the neighbours of all items. Every rank reads all histories and
/// walks from its share of the items; the bytes of neighbours and weights are the same for any number of ranks and
/// threads. Errors: cannot_create (73), io (74). Collective.
NeighbourInfo make_neighbours(const Communicator& ranks, const DatasetReader& dataset, const NeighbourOptions& options,
                              const std::filesystem::path& path);

}  // namespace alster
