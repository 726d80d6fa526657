#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/interactions.hpp"
#include "data/model_file.hpp"
#include "kernels/host_matrix.hpp"

namespace alster {

/// The items of which something was learned, as candidates for scoring: row n of the table is item(n). Of the others
/// some have zero factors, and whatever score they got would say nothing. Others were mapped from features, and compete
/// with none that was learned. This class alone decides which is which.
class LearnedItems {
public:
    explicit LearnedItems(const ModelReader& model);

    /// `factors`: of all items as a model serves them, (items, width). `status`: (items), or empty: nothing is mapped.
    LearnedItems(std::vector<float> factors, Row width, bool is_explicit, std::span<const std::uint8_t> status = {});

    [[nodiscard]] FactorTable table() const;
    [[nodiscard]] std::int32_t item(std::int32_t row) const { return item_[row]; }
    /// The row of an item, −1 where nothing was learned of it; rows ascend as items do.
    [[nodiscard]] std::int32_t row(std::int32_t item) const { return row_[item]; }
    /// (width) of an item; null where nothing was learned of it.
    [[nodiscard]] const float* factors(Row item) const
    {
        return row_[item] < 0 ? nullptr : factors_.data() + row_[item] * width_;
    }

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
