#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

/// What the values of a dataset must be, whatever its checksum says: a checksum shows damage, not what a program wrote.
/// The functions are given values as they lie in the file.
struct ValueRule {
    std::int64_t type = 0;  // of an element, an hid_t
    std::string wanted;     // "must be finite"
    /// The position of the first value that breaks the rule among consecutive ones, −1 where none does.
    std::function<Offset(std::span<const std::byte>)> first_broken;
    std::function<std::string(std::span<const std::byte>)> text;  // of one value
    std::function<std::string(Offset)> place = {};                // of a position in the dataset; else "row 7"
};

/// By the full name of the dataset: "/users/factors".
using ValueRules = std::map<std::string, ValueRule>;

/// Every value lies in [least, most]; NaN does not. T: float, double, int32, int64.
template <class T>
[[nodiscard]] ValueRule within(T least, T most, std::string wanted);

/// Every value is finite. T: float, double.
template <class T>
[[nodiscard]] ValueRule finite();

/// Every byte is one of these.
[[nodiscard]] ValueRule one_of(std::vector<std::uint8_t> values);

/// Every value is finite, and `largest` becomes that of their absolute values; it must outlive the rule.
[[nodiscard]] ValueRule finite_with_largest(float& largest);

}  // namespace alster
