#include "data/sha256.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <fstream>
#include <new>
#include <vector>

#include "data/error.hpp"

namespace alster {

struct Sha256::Context {
    EVP_MD_CTX* handle = EVP_MD_CTX_new();

    Context()
    {
        if (!handle || EVP_DigestInit_ex(handle, EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
    }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { EVP_MD_CTX_free(handle); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::byte> data) { EVP_DigestUpdate(context_->handle, data.data(), data.size()); }

std::string Sha256::hex()
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    EVP_DigestFinal_ex(context_->handle, digest, &length);
    return fmt::format("{:02x}", fmt::join(digest, digest + length, ""));
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
