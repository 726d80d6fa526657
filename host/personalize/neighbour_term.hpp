#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "data/neighbour_file.hpp"
#include "host/model/served_model.hpp"
#include "kernels/item_walk.hpp"

namespace alster {

/// Scores of a few items for each user; all others score 0.
struct SparseScores {
    std::vector<Offset> offsets = {0};  // (users + 1)
    std::vector<std::int32_t> items;    // (entries) ascending in each row
    std::vector<double> values;         // (entries) above 0
};

/// ℓ, what the neighbours of a user's history say (docs/neighbours.md): ℓ_u(j) = Σ w(i → j) over the i of the history.
class NeighbourTerm {
public:
    /// Reads neighbours.h5. Throws bad_data (65) where it is damaged, or was made of another dataset than that of
    /// `served`: the one that was opened, or else the one that the model was trained on.
    /// Collective.
    NeighbourTerm(const ServedModel& served, const std::filesystem::path& file);

    /// Whether there is such a file, of the dataset that `served` has. Collective.
    [[nodiscard]] static bool fits(const ServedModel& served, const std::filesystem::path& file);

    /// Takes neighbours that are in memory.
    explicit NeighbourTerm(ItemWalk neighbours);

    /// Of users with these histories: positive items (positive_items), ascending. Summed in their order, in fp64; no
    /// row depends on the others. Memory of the result: 12 bytes an entry, of which a user has no more than `most` times
    /// the history.
    [[nodiscard]] SparseScores scores(const Interactions& histories) const;

    /// The k nearest of each item, with their weights.
    [[nodiscard]] TopK lists(std::span<const Row> items, Row k) const;

    [[nodiscard]] const ItemWalk& neighbours() const { return neighbours_; }
    /// "b 0.25, at most 50 neighbours of an item"
    [[nodiscard]] const std::string& words() const { return words_; }

private:
    ItemWalk neighbours_;
    std::string words_;
};

}  // namespace alster
