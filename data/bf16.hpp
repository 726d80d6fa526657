#pragma once
#include <bit>
#include <cstdint>

namespace alster {

/// The nearest number of 8 significant bits, ties to even, as its 16 bits: a float's upper half. What is not a number
/// stays none.
[[nodiscard]] constexpr std::uint16_t bf16_bits(float value)
{
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const bool is_nan = (bits & 0x7fffffffU) > 0x7f800000U;
    return static_cast<std::uint16_t>(is_nan ? 0x7fffU : (bits + 0x7fffU + (bits >> 16 & 1U)) >> 16);
}

[[nodiscard]] constexpr float from_bf16(std::uint16_t bits)
{
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace alster
