#include "data/id_hash.hpp"

namespace alster {

std::uint64_t mixed_bits(std::uint64_t bits)
{
    bits += 0x9e3779b97f4a7c15ULL;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
    return bits ^ (bits >> 31);
}

/// FNV-1a, whose low bits alone would be weak.
std::uint64_t id_hash(std::string_view text)
{
    std::uint64_t bits = 0xcbf29ce484222325ULL;
    for (const char c : text) bits = (bits ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return mixed_bits(bits);
}

std::vector<std::uint64_t> id_hashes(const IdColumn& ids)
{
    std::vector<std::uint64_t> hashes;
    hashes.reserve(ids.rows());
    for (Row r = 0; r < ids.rows(); ++r) hashes.push_back(id_hash(ids.text(r)));
    return hashes;
}

}  // namespace alster
