#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace alster {

/// CRC-32 (the polynomial of zlib and gzip) of a run of bytes, with its length, so that runs can be joined.
struct Checksum {
    std::uint32_t crc = 0;
    std::uint64_t bytes = 0;

    /// Appends bytes to the run.
    void update(std::span<const std::byte> data);

    /// The checksum of this run followed by `next`: ranks check their own rows, nobody reads all of them.
    [[nodiscard]] Checksum followed_by(const Checksum& next) const;

    friend constexpr bool operator==(const Checksum&, const Checksum&) = default;
};

}  // namespace alster
