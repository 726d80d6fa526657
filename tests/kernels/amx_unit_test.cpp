#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <random>

#include "kernels/cpu/isa/matrix_unit/amx_unit.hpp"
#include "kernels/cpu/isa/row_solver.hpp"
#include "tests/kernels/twin_unit.hpp"

namespace alster {
namespace {

using Tile = std::array<std::uint32_t, 256>;

Tile random_pairs(std::mt19937& random)
{
    std::normal_distribution<float> normal;
    Tile tile;
    for (auto& word : tile) {
        const auto low = std::bit_cast<std::uint32_t>(normal(random)) >> 16;
        word = (std::bit_cast<std::uint32_t>(normal(random)) & 0xffff0000U) | low;
    }
    return tile;
}

/// left right, twice.
template <class Unit>
Tile product(const Tile& left, const Tile& right)
{
    alignas(64) Tile sum = {};
    Unit unit;
    unit.template load<1>(sum.data());
    unit.template load<4>(left.data());
    unit.template load<7>(right.data());
    unit.template multiply<1, 4, 7>();
    unit.template multiply<1, 4, 7>();
    unit.template store<1>(sum.data());
    return sum;
}

TEST(AmxUnit, HasTheBitsOfItsTwin)
{
    if (best_instruction_set(Precision::bf16) != InstructionSet::amx) GTEST_SKIP() << "not of this CPU";
    std::mt19937 random(1);
    for (int time = 0; time < 20; ++time) {
        const auto left = random_pairs(random);
        const auto right = random_pairs(random);
        ASSERT_EQ(product<test::TwinUnit>(left, right), product<amx::AmxUnit>(left, right));
    }
}

}  // namespace
}  // namespace alster
