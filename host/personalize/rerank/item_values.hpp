#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/dataset_file.hpp"

namespace alster {

/// The values of a category or a set for all rows of a side: genres, a studio, a market.
class ItemValues {
public:
    /// `where` is named in messages. Errors: bad_config (78) where the items have no such attribute, or one of another
    /// type.
    ItemValues(const DatasetReader& dataset, const std::string& attribute, const std::string& where);
    /// Of a column that has all rows.
    ItemValues(AttributeColumn column, const std::string& attribute, const std::string& where);

    /// Places in the vocabulary, ascending; empty where nothing was given.
    [[nodiscard]] std::span<const std::int32_t> of(Row item) const
    {
        return std::span(codes_).subspan(offsets_[item], offsets_[item + 1] - offsets_[item]);
    }
    [[nodiscard]] const TextColumn& vocabulary() const { return vocabulary_; }

private:
    std::vector<Offset> offsets_;  // (items + 1)
    std::vector<std::int32_t> codes_;
    TextColumn vocabulary_;
};

/// An attribute of all items. Throws bad_config (78), naming `where` and what there is, where they have none so called.
[[nodiscard]] AttributeColumn attribute_of_items(const DatasetReader& dataset, const std::string& name,
                                                 const std::string& where);

/// The share of each value among items: an item with n values counts 1/n for each of them. Values ascend.
struct Taste {
    std::vector<std::int32_t> values;
    std::vector<double> shares;  // above 0, 1 together; empty: none of the items has a value

    [[nodiscard]] static Taste of(const ItemValues& attribute, std::span<const Column> items);
};

/// The divergence Σ p ln(p / q̃) of a list from a taste p, where q̃ = (1 − α) q + α p and α = 0.01 keeps it finite
/// (Steck 2018); q of a list without values is 0, and the divergence then −ln α. In nats.
inline constexpr double smoothing = 0.01;
[[nodiscard]] double divergence(const Taste& taste, std::span<const double> list_shares);

/// The same of a list of items.
[[nodiscard]] double divergence(const Taste& taste, const ItemValues& attribute, std::span<const std::int32_t> items);

}  // namespace alster
