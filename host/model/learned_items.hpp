#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/interactions.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// The items of which something was learned, as candidates for scoring: row n of the table is item(n). The others have
/// zero factors, and whatever score they got would say nothing.
class LearnedItems {
public:
    /// `factors`: of all items as a model serves them, (items, width).
    LearnedItems(std::vector<float> factors, Row width, bool is_explicit);

    [[nodiscard]] FactorTable table() const;
    [[nodiscard]] std::int32_t item(std::int32_t row) const { return item_[row]; }
    /// Of an item; −1: nothing was learned of it.
    [[nodiscard]] std::int32_t row(std::int32_t item) const { return row_[item]; }

    [[nodiscard]] const std::vector<std::int32_t>& items() const { return item_; }

    /// The items that are no candidates, ascending.
    [[nodiscard]] std::span<const std::int32_t> others() const { return others_; }

    /// Items of each list as rows of the table; those that are no candidates are dropped.
    [[nodiscard]] Interactions rows_of(const Interactions& items) const;

private:
    Row width_;
    std::vector<float> factors_;        // (learned items, width)
    std::vector<std::int32_t> item_;    // of each row, ascending
    std::vector<std::int32_t> row_;     // of each item, -1: nothing learned
    std::vector<std::int32_t> others_;  // items of which nothing was learned
};

}  // namespace alster
