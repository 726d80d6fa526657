#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace alster {

/// The variants of an experiment, the control first.
struct Variants {
    std::vector<std::string> names;
    std::vector<double> shares;  // of the users, sum 1

    /// Reads "control=0.5,treatment=0.5": at least two different names, shares above 0, scaled to the sum 1. Error:
    /// usage (64).
    [[nodiscard]] static Variants parse(const std::string& text);

    /// −1: there is none of that name.
    [[nodiscard]] int find(std::string_view name) const;

    /// The variant of a user in the experiment with this salt, wherever it is asked for:
    /// u = ⌊hash("SALT:ID") / 2¹¹⌋ · 2⁻⁵³ lies in the variant's part of [0, 1), the parts in order. The hash is id_hash().
    [[nodiscard]] int of_user(std::string_view salt, std::string_view id) const;
};

}  // namespace alster
