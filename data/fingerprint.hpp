#pragma once
#include <array>
#include <memory>
#include <string>

#include "data/interactions.hpp"

namespace alster {

/// SHA-256 over a part of a dataset, whose rows come in blocks of any size: the same data give the same fingerprint.
class Fingerprint {
public:
    Fingerprint();
    Fingerprint(Fingerprint&&) noexcept;
    Fingerprint& operator=(Fingerprint&&) noexcept;
    ~Fingerprint();

    /// The next rows.
    void update(const Interactions& rows);

    /// 64 hexadecimal digits: SHA-256 of the digests of row lengths, columns, values, confidences and preferences.
    /// Ends the run.
    [[nodiscard]] std::string finish();

private:
    struct Digest;
    std::array<std::unique_ptr<Digest>, 5> digests_;
};

}  // namespace alster
