#include "data/sha256.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <fstream>
#include <vector>

#include "data/error.hpp"

namespace alster {

namespace {

SHA256_CTX* context(std::array<std::byte, sizeof(SHA256_CTX)>& state)
{
    return reinterpret_cast<SHA256_CTX*>(state.data());
}

}  // namespace

Sha256::Sha256() { SHA256_Init(context(state_)); }

void Sha256::update(std::span<const std::byte> data) { SHA256_Update(context(state_), data.data(), data.size()); }

std::array<std::byte, 32> Sha256::digest()
{
    static_assert(SHA256_DIGEST_LENGTH == 32);
    std::array<std::byte, 32> digest{};
    SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), context(state_));
    return digest;
}

std::string Sha256::hex()
{
    std::string text;
    for (const std::byte byte : digest()) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
    return text;
}

std::string sha256_of_file(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    Sha256 hash;
    std::vector<char> block(1 << 20);
    while (file) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        hash.update(std::as_bytes(std::span(block).first(static_cast<std::size_t>(file.gcount()))));
    }
    if (!file.eof()) throw Error(ExitCode::io, "{}: cannot be read", path.string());
    return hash.hex();
}

}  // namespace alster
