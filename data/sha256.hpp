#pragma once
#include <array>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace alster {

/// SHA-256 of a stream of bytes, by OpenSSL. A plain value: a copy goes on where the original stood, also in another
/// process of the same build.
class Sha256 {
public:
    Sha256();

    void update(std::span<const std::byte> data);

    /// Nothing can be added after it.
    [[nodiscard]] std::array<std::byte, 32> digest();

    /// The digest as 64 hexadecimal digits; nothing can be added after it.
    [[nodiscard]] std::string hex();

private:
    alignas(8) std::array<std::byte, 112> state_;  // OpenSSL's SHA256_CTX
};

/// Throws io (74) where the file cannot be read.
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace alster
