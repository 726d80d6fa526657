#include "host/solve/initializer.hpp"

#include <Random123/philox.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/id_hash.hpp"

namespace alster {

namespace {

/// (0, 1): the middle of one of 2^32 equal steps.
double uniform(std::uint32_t bits) { return (bits + 0.5) * 0x1p-32; }

}  // namespace

std::vector<std::uint64_t> start_keys(const DatasetReader& dataset, Side side, RowRange rows)
{
    constexpr Row block = 65'536;
    std::vector<std::uint64_t> keys;
    for (Row first = rows.first; first < rows.last; first += block) {
        const auto some = id_hashes(dataset.ids(side, {first, std::min(first + block, rows.last)}));
        keys.insert(keys.end(), some.begin(), some.end());
    }
    return keys;
}

void initialize_rows(std::span<float> values, std::span<const std::uint64_t> keys, double sigma, std::uint64_t seed)
{
    if (keys.empty()) return;
    r123::Philox4x32 philox;
    const r123::Philox4x32::key_type key = {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
    const std::size_t width = values.size() / keys.size();
    for (std::size_t r = 0; r < keys.size(); ++r)
        for (std::size_t a = 0; a < width; ++a) {
            const auto bits = philox({{static_cast<std::uint32_t>(keys[r]), static_cast<std::uint32_t>(keys[r] >> 32),
                                       static_cast<std::uint32_t>(a), 0}},
                                     key);
            // Box and Muller
            const double radius = std::sqrt(-2 * std::log(uniform(bits[0])));
            values[r * width + a] =
                static_cast<float>(sigma * radius * std::cos(2 * std::numbers::pi * uniform(bits[1])));
        }
}

}  // namespace alster
