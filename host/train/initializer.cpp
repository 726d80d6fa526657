#include "host/train/initializer.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace alster {

namespace {

/// (0, 1): the middle of one of 2^32 equal steps.
double uniform(std::uint32_t bits) { return (bits + 0.5) * 0x1p-32; }

}  // namespace

void initialize_rows(std::span<float> values, Row first_row, Row width, double sigma, std::uint64_t seed)
{
    r123::Philox4x32 philox;
    const r123::Philox4x32::key_type key = {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
    const Row rows = width > 0 ? static_cast<Row>(values.size()) / width : 0;
    for (Row r = 0; r < rows; ++r)
        for (Row a = 0; a < width; ++a) {
            const auto row = static_cast<std::uint64_t>(first_row + r);
            const auto bits = philox({{static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(row >> 32),
                                       static_cast<std::uint32_t>(a), 0}},
                                     key);
            // Box and Muller
            const double radius = std::sqrt(-2 * std::log(uniform(bits[0])));
            values[r * width + a] =
                static_cast<float>(sigma * radius * std::cos(2 * std::numbers::pi * uniform(bits[1])));
        }
}

}  // namespace alster
