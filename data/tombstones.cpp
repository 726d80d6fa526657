#include "data/tombstones.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <limits>

#include "data/error.hpp"
#include "data/sha256.hpp"

namespace alster {

namespace {

constexpr const char* salt_attribute = "tombstone_salt";
constexpr std::size_t salt_bytes = 32;
constexpr Row digest_bytes = 32;

std::string name_of(Side side) { return fmt::format("/{}/tombstones", name(side)); }

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

bool is_salt(const std::string& text)
{
    return text.size() == 2 * salt_bytes && text.find_first_not_of("0123456789abcdef") == text.npos;
}

}  // namespace

Tombstones Tombstones::with_new_salt()
{
    std::array<unsigned char, salt_bytes> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
        throw Error(ExitCode::internal, "the system gives no random bytes for a salt");
    Tombstones tombstones;
    for (const unsigned char byte : random) tombstones.salt_ += fmt::format("{:02x}", byte);
    return tombstones;
}

Tombstones::Digest Tombstones::digest(Side side, std::string_view id) const
{
    Sha256 sum;
    sum.update(bytes_of(salt_));
    sum.update(bytes_of(name(side)));
    sum.update(bytes_of(id));
    const auto bytes = sum.digest();
    Digest digest{};
    std::ranges::transform(bytes, digest.begin(), [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
    return digest;
}

void Tombstones::add(Side side, const std::vector<std::string>& ids)
{
    auto& digests = side == Side::users ? users_ : items_;
    for (const auto& id : ids) digests.push_back(digest(side, id));
    std::ranges::sort(digests);
    digests.erase(std::unique(digests.begin(), digests.end()), digests.end());
}

bool Tombstones::contains(Side side, std::string_view id) const
{
    const auto& digests = side == Side::users ? users_ : items_;
    return !digests.empty() && std::ranges::binary_search(digests, digest(side, id));
}

void write_tombstones(Hdf5File& file, const Tombstones& tombstones)
{
    if (tombstones.empty()) return;
    file.set_attribute("/", salt_attribute, std::string_view(tombstones.salt_));
    for (const Side side : {Side::users, Side::items}) {
        std::vector<std::uint8_t> bytes;
        for (const auto& digest : side == Side::users ? tombstones.users_ : tombstones.items_)
            bytes.insert(bytes.end(), digest.begin(), digest.end());
        if (!bytes.empty()) file.write(name_of(side), std::span<const std::uint8_t>(bytes), digest_bytes);
    }
}

Tombstones read_tombstones(const Hdf5File& file)
{
    Tombstones tombstones;
    if (!file.has_attribute("/", salt_attribute)) return tombstones;
    tombstones.salt_ = file.text_attribute("/", salt_attribute);
    const auto refuse = [&](const std::string& what) {
        throw Error(ExitCode::bad_data, "{}: {}: the file is damaged or was altered", file.path().string(), what);
    };
    if (!is_salt(tombstones.salt_)) refuse(fmt::format("{} is no salt of 64 hexadecimal digits", salt_attribute));
    for (const Side side : {Side::users, Side::items}) {
        if (!file.contains(name_of(side))) continue;
        const auto shape = file.shape(name_of(side));
        if (shape.width != digest_bytes) refuse(fmt::format("{} has no 32 bytes a row", name_of(side)));
        const auto bytes = file.read<std::uint8_t>(name_of(side));
        auto& digests = side == Side::users ? tombstones.users_ : tombstones.items_;
        digests.resize(static_cast<std::size_t>(shape.rows));
        for (std::size_t n = 0; n < digests.size(); ++n)
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(n) * digest_bytes, digest_bytes,
                        digests[n].begin());
        if (std::ranges::adjacent_find(digests, std::greater_equal<>()) != digests.end())
            refuse(fmt::format("{} does not ascend", name_of(side)));
    }
    return tombstones;
}

std::string erased_id(IdKind kind, Row row)
{
    return kind == IdKind::text ? fmt::format("erased:{}", row)
                                : fmt::format("{}", std::numeric_limits<std::int64_t>::min() + row);
}

bool is_erased(const IdColumn& ids, Row r, Row row)
{
    if (ids.kind == IdKind::int64) return ids.numbers[r] == std::numeric_limits<std::int64_t>::min() + row;
    const std::string_view id = ids.texts[r];
    return id == erased_id(IdKind::text, row) || id == erased_id(IdKind::int64, row);
}

}  // namespace alster
