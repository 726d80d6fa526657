#include "data/checksum.hpp"

#include <zlib.h>

namespace alster {

void Checksum::update(std::span<const std::byte> data)
{
    if (data.empty()) return;  // of a null pointer zlib returns the checksum to start with, not this one
    crc = static_cast<std::uint32_t>(crc32_z(crc, reinterpret_cast<const Bytef*>(data.data()), data.size()));
    bytes += data.size();
}

Checksum Checksum::followed_by(const Checksum& next) const
{
    const auto joined = crc32_combine(crc, next.crc, static_cast<z_off_t>(next.bytes));
    return {static_cast<std::uint32_t>(joined), bytes + next.bytes};
}

}  // namespace alster
