#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "data/interactions.hpp"
#include "data/sha256.hpp"

namespace alster {

/// SHA-256 over a part of a dataset, whose rows come in blocks of any size: the same data give the same fingerprint.
class Fingerprint {
public:
    /// The next rows.
    void update(const Interactions& rows);

    /// What another process needs to go on from here: a plain value.
    [[nodiscard]] std::span<std::byte> state() { return std::as_writable_bytes(std::span(digests_)); }

    /// 64 hexadecimal digits: SHA-256 of the digests of row lengths, columns, values, confidences, preferences and,
    /// where there are any, roles. Nothing can be added after it.
    [[nodiscard]] std::string finish();

private:
    static constexpr std::size_t roles_part = 5;
    std::array<Sha256, 6> digests_;
};

}  // namespace alster
