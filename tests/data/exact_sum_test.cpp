#include "data/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace alster {
namespace {

std::vector<double> terms(std::size_t n)
{
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal;
    std::vector<double> values(n);
    for (auto& v : values) v = normal(random) * std::pow(10, normal(random) * 3);
    return values;
}

double sum_in_order(const std::vector<double>& values, double bound)
{
    ExactSum sum(1, bound);
    for (const double& v : values) sum.add(std::span(&v, 1));
    return sum.values()[0];
}

double absolute_sum(const std::vector<double>& values)
{
    double bound = 0;
    for (double v : values) bound += std::abs(v);
    return bound;
}

TEST(ExactSum, GivesTheSameBitsInAnyOrder)
{
    auto values = terms(10'000);
    const double bound = absolute_sum(values);
    const double once = sum_in_order(values, bound);

    std::reverse(values.begin(), values.end());
    EXPECT_EQ(once, sum_in_order(values, bound));
    std::sort(values.begin(), values.end());
    EXPECT_EQ(once, sum_in_order(values, bound));
}

TEST(ExactSum, GivesTheSameBitsForAnySplitIntoPartialSums)
{
    const auto values = terms(1000);
    const double bound = absolute_sum(values);
    const double once = sum_in_order(values, bound);

    for (const std::size_t parts : {2, 3, 7}) {
        ExactSum all(1, bound);
        for (std::size_t p = 0; p < parts; ++p) {
            ExactSum part(1, bound);
            for (std::size_t k = p; k < values.size(); k += parts) part.add(std::span(&values[k], 1));
            all.add(part);
        }
        EXPECT_EQ(once, all.values()[0]) << parts;
    }
}

TEST(ExactSum, IsAsPreciseAsExtendedArithmetic)
{
    const auto values = terms(10'000);
    long double expected = 0;
    for (double v : values) expected += v;

    const double bound = absolute_sum(values);
    EXPECT_NEAR(static_cast<double>(expected), sum_in_order(values, bound), bound * 1e-16);
}

TEST(ExactSum, HoldsTheLargestSumItPromises)
{
    const std::vector<double> values(1 << 16, -1.0);

    EXPECT_EQ(-65536.0, sum_in_order(values, 65536.0));
}

TEST(ExactSum, OfZerosIsZero)
{
    ExactSum sum(3, 0);
    sum.add(std::vector<double>{0, 0, 0});

    EXPECT_EQ((std::vector<double>{0, 0, 0}), sum.values());
}

}  // namespace
}  // namespace alster
