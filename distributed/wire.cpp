#include "distributed/wire.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>

#include "data/bf16.hpp"

namespace alster {

namespace {

using Block = std::array<std::uint16_t, 1024>;

/// f(first element, elements) for blocks of `count`: each is converted in memory of its own, so that a conversion may
/// read and write the same rows.
template <class F>
void in_blocks(std::size_t count, F f)
{
    for (std::size_t first = 0; first < count; first += std::tuple_size_v<Block>)
        f(first, std::min(std::tuple_size_v<Block>, count - first));
}

}  // namespace

std::span<const std::byte> to_wire(Wire wire, std::span<const float> rows, std::span<float> room)
{
    if (wire == Wire::fp32) return std::as_bytes(rows);
    const auto out = std::as_writable_bytes(room).first(rows.size() * sizeof(std::uint16_t));
    in_blocks(rows.size(), [&](std::size_t first, std::size_t count) {
        Block block;
        for (std::size_t k = 0; k < count; ++k) block[k] = bf16_bits(rows[first + k]);
        std::memcpy(out.data() + first * sizeof block[0], block.data(), count * sizeof block[0]);
    });
    return out;
}

std::span<std::byte> received_at(Wire wire, std::span<float> rows)
{
    const auto bytes = std::as_writable_bytes(rows);
    return wire == Wire::fp32 ? bytes : bytes.last(bytes.size() / 2);
}

void from_wire(Wire wire, std::span<float> rows)
{
    if (wire == Wire::fp32) return;
    const auto in = received_at(wire, rows);
    in_blocks(rows.size(), [&](std::size_t first, std::size_t count) {
        Block block;
        std::memcpy(block.data(), in.data() + first * sizeof block[0], count * sizeof block[0]);
        for (std::size_t k = 0; k < count; ++k) rows[first + k] = from_bf16(block[k]);
    });
}

void round_as_on(Wire wire, std::span<float> rows)
{
    if (wire == Wire::fp32) return;
    for (float& value : rows) value = from_bf16(bf16_bits(value));
}

}  // namespace alster
