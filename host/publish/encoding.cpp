#include "host/publish/encoding.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr float largest_integer = 127;
constexpr float largest_half = 65504;

std::vector<float> largest_values(const VectorTable& table)
{
    std::vector<float> largest(static_cast<std::size_t>(table.width()));
    table.each([&](const VectorRows& rows) {
        for (Row n = 0; n < rows.size(); ++n) {
            const auto vector = rows.vector(n);
            for (std::size_t d = 0; d < vector.size(); ++d) largest[d] = std::max(largest[d], std::abs(vector[d]));
        }
    });
    return largest;
}

}  // namespace

std::uint16_t half_bits(float value) { return Eigen::half_impl::float_to_half_rtne(value).x; }

Encoding::Encoding(const VectorTable& table, Element element)
    : element_(element), width_(static_cast<std::size_t>(table.width()))
{
    if (element_ == Element::f4) return;
    std::vector<float> largest = largest_values(table);
    if (element_ == Element::i8) {
        for (float& value : largest) value = value > 0 ? value / largest_integer : 1.0F;
        scales_ = std::move(largest);
    } else if (const auto most = std::ranges::max(largest); most > largest_half) {
        throw Error(ExitCode::bad_data, "{}: the largest value is {}, --dtype f2 ends at {}: export f4",
                    table.model().file().path().string(), most, largest_half);
    }
}

std::size_t Encoding::bytes() const
{
    return element_ == Element::f4 ? sizeof(float) : element_ == Element::f2 ? sizeof(std::uint16_t) : 1;
}

std::int8_t Encoding::integer(float value, std::size_t dimension) const
{
    const float q = std::nearbyint(value / scales_[dimension]);
    return static_cast<std::int8_t>(std::clamp(q, -largest_integer, largest_integer));
}

std::string Encoding::encoded(std::span<const float> values) const
{
    if (element_ == Element::f4) return std::string(raw(values));
    std::string text;
    text.reserve(values.size() * bytes());
    for (std::size_t n = 0; n < values.size(); ++n)
        if (element_ == Element::f2)
            text += raw(half_bits(values[n]));
        else
            text += static_cast<char>(integer(values[n], n % width_));
    return text;
}

std::vector<float> Encoding::rounded(std::span<const float> values) const
{
    std::vector<float> result(values.begin(), values.end());
    for (std::size_t n = 0; n < result.size(); ++n)
        if (element_ == Element::f2)
            result[n] = static_cast<float>(Eigen::half(values[n]));
        else if (element_ == Element::i8)
            result[n] = static_cast<float>(integer(values[n], n % width_)) * scales_[n % width_];
    return result;
}

}  // namespace alster
