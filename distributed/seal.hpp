#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "data/interactions.hpp"

namespace alster {

/// What travels beside rows in a checked exchange: which they are and the CRC-32 of their bytes, taken by the sender.
struct Seal {
    Row first = 0;  // the lowest of the rows and the highest, by row number of their side
    Row last = 0;
    std::int64_t crc = 0;
};

[[nodiscard]] Seal sealed(std::span<const std::byte> rows, Row first, Row last);

/// Throws io (74), naming both ranks and the rows, where what arrived is not what was sealed.
void require_intact(std::span<const std::byte> rows, const Seal& seal, int from, int to);

}  // namespace alster
