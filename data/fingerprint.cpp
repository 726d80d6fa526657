#include "data/fingerprint.hpp"

#include <string>
#include <vector>

namespace alster {

namespace {

template <class T>
void add(Sha256& digest, const std::vector<T>& values)
{
    digest.update(std::as_bytes(std::span(values)));
}

}  // namespace

void Fingerprint::update(const Interactions& rows)
{
    std::vector<Offset> lengths;
    for (Row r = 0; r < rows.rows(); ++r) lengths.push_back(rows.entries(r));
    add(digests_[0], lengths);
    add(digests_[1], rows.columns);
    add(digests_[2], rows.values);
    add(digests_[3], rows.confidences);
    add(digests_[4], rows.preferences);
    add(digests_[5], rows.roles);
}

std::string Fingerprint::finish()
{
    Sha256 all;
    const std::string nothing = Sha256().hex();
    for (std::size_t part = 0; part < digests_.size(); ++part) {
        const std::string hex = digests_[part].hex();
        if (part == roles_part && hex == nothing) continue;  // the fingerprint of data without roles is as it ever was
        all.update(std::as_bytes(std::span(hex)));
    }
    return all.hex();
}

}  // namespace alster
