#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/publish/vector_table.hpp"

namespace alster {

/// How the numbers of vectors become bytes. An integer q of dimension d stands for q · scales[d].
class Encoding {
public:
    /// Reads the whole table for the scales of i8. Throws bad_data (65) where a value is too large for a half.
    Encoding(const VectorTable& table, Element element);

    [[nodiscard]] Element element() const { return element_; }
    [[nodiscard]] std::size_t bytes() const;
    /// (width) of i8, else empty.
    [[nodiscard]] std::span<const float> scales() const { return scales_; }

    /// (n, width) little-endian.
    [[nodiscard]] std::string encoded(std::span<const float> values) const;

    /// (n, width) what the bytes stand for.
    [[nodiscard]] std::vector<float> rounded(std::span<const float> values) const;

private:
    [[nodiscard]] std::int8_t integer(float value, std::size_t dimension) const;

    Element element_;
    std::size_t width_;
    std::vector<float> scales_;
};

/// The bytes of values in memory.
template <class T>
[[nodiscard]] std::string_view raw(std::span<const T> values)
{
    const auto bytes = std::as_bytes(values);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
template <class T>
[[nodiscard]] std::string_view raw(const T& value)
{
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// The bits of a number as IEEE half, rounded to nearest even.
[[nodiscard]] std::uint16_t half_bits(float value);

}  // namespace alster
