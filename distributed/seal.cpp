#include "distributed/seal.hpp"

#include "data/checksum.hpp"
#include "data/error.hpp"

namespace alster {

namespace {

std::int64_t crc_of(std::span<const std::byte> rows)
{
    Checksum checksum;
    checksum.update(rows);
    return checksum.crc;
}

}  // namespace

Seal sealed(std::span<const std::byte> rows, Row first, Row last) { return {first, last, crc_of(rows)}; }

void require_intact(std::span<const std::byte> rows, const Seal& seal, int from, int to)
{
    if (crc_of(rows) == seal.crc) return;
    throw Error(ExitCode::io,
                "rows {} to {} were damaged on their way from rank {} to rank {}: run the same command again to go on "
                "from the last checkpoint, and test the network and the memory of the two ranks' nodes",
                seal.first, seal.last, from, to);
}

}  // namespace alster
