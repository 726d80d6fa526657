#include "data/fingerprint.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <span>
#include <vector>

#include "data/error.hpp"

namespace alster {

/// One SHA-256 of OpenSSL.
struct Fingerprint::Digest {
    Digest() : context(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
        if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1)
            throw Error(ExitCode::internal, "OpenSSL offers no SHA-256");
    }

    template <class T>
    void update(std::span<const T> values) {
        EVP_DigestUpdate(context.get(), values.data(), values.size_bytes());
    }

    std::array<unsigned char, 32> finish() {
        std::array<unsigned char, 32> bytes{};
        EVP_DigestFinal_ex(context.get(), bytes.data(), nullptr);
        return bytes;
    }

    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context;
};

Fingerprint::Fingerprint() {
    for (auto& digest : digests_) digest = std::make_unique<Digest>();
}

Fingerprint::Fingerprint(Fingerprint&&) noexcept = default;
Fingerprint& Fingerprint::operator=(Fingerprint&&) noexcept = default;
Fingerprint::~Fingerprint() = default;

void Fingerprint::update(const Interactions& rows) {
    std::vector<Offset> lengths;
    lengths.reserve(static_cast<std::size_t>(rows.rows()));
    for (Row r = 0; r < rows.rows(); ++r) lengths.push_back(rows.entries(r));
    digests_[0]->update(std::span<const Offset>(lengths));
    digests_[1]->update(std::span<const Column>(rows.columns));
    digests_[2]->update(std::span<const float>(rows.values));
    digests_[3]->update(std::span<const float>(rows.confidences));
    digests_[4]->update(std::span<const float>(rows.preferences));
}

std::string Fingerprint::finish() {
    Digest all;
    for (auto& digest : digests_) {
        const auto bytes = digest->finish();
        all.update(std::span<const unsigned char>(bytes));
    }
    return fmt::format("{:02x}", fmt::join(all.finish(), ""));
}

}  // namespace alster
