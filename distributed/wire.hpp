#pragma once
#include <cstddef>
#include <span>

#include "data/interactions.hpp"

namespace alster {

/// How the elements of rows travel from rank to rank.
enum class Wire {
    fp32,
    bf16,  // rounded to 8 bits: half the bytes. A rank rounds its own rows too, so that all ranks read the same table
};

[[nodiscard]] constexpr const char* name(Wire wire) { return wire == Wire::bf16 ? "bf16" : "fp32"; }

[[nodiscard]] constexpr Row row_bytes(Wire wire, Row width) { return (wire == Wire::bf16 ? 2 : 4) * width; }

/// `rows` as they travel: themselves, or rounded into the first bytes of `room`, which may be the memory of `rows`.
std::span<const std::byte> to_wire(Wire wire, std::span<const float> rows, std::span<float> room);

/// Where in the memory of `rows` they are to be received: rounded ones in its second half, from which from_wire()
/// spreads them over the whole.
std::span<std::byte> received_at(Wire wire, std::span<float> rows);
void from_wire(Wire wire, std::span<float> rows);

/// What other ranks would get of these rows.
void round_as_on(Wire wire, std::span<float> rows);

}  // namespace alster
