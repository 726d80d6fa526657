#include "host/model/space_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "data/sha256.hpp"

namespace alster {

namespace {

constexpr Row block = 65'536;

/// The digests of rows are added limb by limb, modulo 2^32: a sum does not depend on who has which rows.
using Limbs = std::array<std::int64_t, 4>;

void add(Limbs& sum, const std::string& hex)
{
    for (std::size_t n = 0; n < sum.size(); ++n) {
        std::uint32_t limb = 0;
        std::from_chars(hex.data() + 8 * n, hex.data() + 8 * (n + 1), limb, 16);
        sum[n] = (sum[n] + limb) & 0xffffffff;
    }
}

}  // namespace

std::string space_id(const Communicator& ranks, const DatasetReader& dataset, RowRange items,
                     std::span<const float> factors)
{
    const auto width = items.empty() ? 0 : factors.size() / static_cast<std::size_t>(items.size());
    Limbs sum = {};
    for (Row first = items.first; first < items.last; first += block) {
        const IdColumn ids = dataset.ids(Side::items, {first, std::min(first + block, items.last)});
        for (Row r = 0; r < ids.rows(); ++r) {
            const std::string id = ids.text(r);
            Sha256 row;
            row.update(std::as_bytes(factors.subspan((first - items.first + r) * width, width)));
            row.update(std::as_bytes(std::span(id)));
            add(sum, row.hex());
        }
    }
    ranks.sum(sum);
    return fmt::format("{:08x}{:08x}{:08x}{:08x}", sum[0] & 0xffffffff, sum[1] & 0xffffffff, sum[2] & 0xffffffff,
                       sum[3] & 0xffffffff);
}

}  // namespace alster
