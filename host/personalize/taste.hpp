#pragma once
#include <span>
#include <string>
#include <vector>

#include "data/attributes.hpp"
#include "data/interactions.hpp"

namespace alster {

/// How the values of one attribute, as genres, share a user's history, and everybody's.
class GenreTaste {
public:
    /// `attribute`: of all items, a set or a category. `counts`: positive interactions of each item.
    GenreTaste(const AttributeColumn& attribute, std::span<const std::int32_t> counts);

    [[nodiscard]] Row values() const { return attribute_.vocabulary.rows(); }
    [[nodiscard]] std::string name(Row value) const { return std::string(attribute_.vocabulary[value]); }
    [[nodiscard]] std::span<const std::int32_t> of_item(Row item) const;

    /// (values) p(g) of some items: each item's weight 1 is shared by its values, and the sum is 1; all 0 where none
    /// has a value.
    [[nodiscard]] std::vector<double> shares(std::span<const std::int32_t> items) const;

    /// (values) the same over all positive interactions.
    [[nodiscard]] const std::vector<double>& base() const { return base_; }

private:
    void add(Row item, double weight, std::vector<double>& shares) const;

    const AttributeColumn& attribute_;
    std::vector<double> base_;
};

}  // namespace alster
