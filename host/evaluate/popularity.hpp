#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset_file.hpp"
#include "kernels/top_k.hpp"

namespace alster {

/// The same list for everybody: items by the number of their training interactions. What every model is measured
/// against, and what a user without history gets.
class Popularity {
public:
    /// `counts`: training interactions of each item.
    explicit Popularity(std::span<const std::int32_t> counts);

    /// The k most popular items that a row has not seen; the scores are the counts. Ties by row, as in top_k.
    /// `seen` may be null, `rows` is then the number of lists.
    [[nodiscard]] TopK lists(const Interactions* seen, Row rows, Row k) const;

private:
    std::vector<float> counts_;
    std::vector<std::int32_t> order_;  // items, most popular first
};

/// Training interactions of each item.
[[nodiscard]] std::vector<std::int32_t> interaction_counts(const DatasetReader& dataset);

}  // namespace alster
