#include "data/entry_sum.hpp"

#include <bit>

namespace alster {

namespace {

std::uint64_t mixed(std::uint64_t x)  // SplitMix64
{
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
}

std::uint64_t bits(const std::vector<float>& values, Offset k)
{
    return values.empty() ? 0 : std::bit_cast<std::uint32_t>(values[static_cast<std::size_t>(k)]);
}

std::uint64_t sum_of_row(const Interactions& rows, Row r, Row row, Side side)
{
    std::uint64_t sum = 0;
    for (Offset k = rows.offsets[r]; k < rows.offsets[r + 1]; ++k) {
        const auto own = static_cast<std::uint64_t>(row);
        const auto column = static_cast<std::uint64_t>(rows.columns[k]);
        const std::uint64_t pair = side == Side::users ? own << 32U | column : column << 32U | own;
        const std::uint64_t value = static_cast<std::uint64_t>(rows.roles_of(k)) << 32U | bits(rows.values, k);
        const std::uint64_t weights = bits(rows.confidences, k) << 32U | bits(rows.preferences, k);
        sum += mixed(mixed(mixed(pair) ^ value) ^ weights);
    }
    return sum;
}

}  // namespace

std::uint64_t entry_sum(const Interactions& rows, Row first_row, Side side)
{
    std::uint64_t sum = 0;
#pragma omp parallel for schedule(dynamic, 256) reduction(+ : sum)
    for (Row r = 0; r < rows.rows(); ++r) sum += sum_of_row(rows, r, first_row + r, side);
    return sum;
}

}  // namespace alster
