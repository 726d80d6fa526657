#include "data/value_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>

#include "data/hdf5_types.hpp"

namespace alster {

namespace {

/// Values come from a buffer of bytes that a vector owns: aligned for any of them.
template <class T>
std::span<const T> as(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

template <class T>
std::string text_of(std::span<const std::byte> bytes)
{
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return fmt::format("{}", value);
}

/// A pass without branches, and a second one only where something is wrong.
template <class T, class Holds>
Offset first_where_not(std::span<const std::byte> bytes, Holds holds)
{
    const auto values = as<T>(bytes);
    unsigned broken = 0;
    for (const T value : values) broken |= static_cast<unsigned>(!holds(value));
    if (broken == 0) return -1;
    return std::find_if_not(values.begin(), values.end(), holds) - values.begin();
}

}  // namespace

template <class T>
ValueRule within(T least, T most, std::string wanted)
{
    return {.type = element_type<T>(),
            .wanted = std::move(wanted),
            .first_broken =
                [=](std::span<const std::byte> bytes) {
                    return first_where_not<T>(bytes, [=](T value) {
                        return static_cast<bool>(static_cast<int>(value >= least) & static_cast<int>(value <= most));
                    });
                },
            .text = text_of<T>};
}

template <class T>
ValueRule finite()
{
    return within<T>(std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max(), "must be finite");
}

ValueRule one_of(std::vector<std::uint8_t> values)
{
    std::array<bool, 256> known{};
    for (const auto value : values) known[value] = true;
    return {.type = element_type<std::uint8_t>(),
            .wanted = fmt::format("must be one of {}", fmt::join(values, ", ")),
            .first_broken =
                [known](std::span<const std::byte> bytes) {
                    return first_where_not<std::uint8_t>(bytes, [&](std::uint8_t value) { return known[value]; });
                },
            .text = text_of<std::uint8_t>};
}

ValueRule finite_with_largest(float& largest)
{
    ValueRule rule = finite<float>();
    rule.first_broken = [&largest, finite = rule.first_broken](std::span<const std::byte> bytes) {
        // the bits of floats above zero ascend as their values do, and those of NaN are above all
        std::uint32_t most = 0;
        for (const float value : as<float>(bytes))
            most = std::max(most, std::bit_cast<std::uint32_t>(value) & 0x7fffffffU);
        if (most >= 0x7f800000U) return finite(bytes);
        largest = std::max(largest, std::bit_cast<float>(most));
        return Offset{-1};
    };
    return rule;
}

template ValueRule within<float>(float, float, std::string);
template ValueRule within<double>(double, double, std::string);
template ValueRule within<std::int32_t>(std::int32_t, std::int32_t, std::string);
template ValueRule within<std::int64_t>(std::int64_t, std::int64_t, std::string);
template ValueRule finite<float>();
template ValueRule finite<double>();

}  // namespace alster
