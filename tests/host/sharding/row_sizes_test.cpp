#include "host/sharding/row_sizes.hpp"

#include <gtest/gtest.h>

namespace alster {
namespace {

TEST(RowSizes, TypicalRowsStandForEqualParts)
{
    const RowCost cost(64);
    RowSizes sizes(cost);
    sizes.add(10, 3 / cost(10));  // three eighths of the cost
    sizes.add(500, 5 / cost(500));
    EXPECT_EQ(sizes.typical(), (std::vector<Offset>{10, 10, 10, 500, 500, 500, 500, 500}));
}

TEST(RowSizes, ManySmallRowsWeighWhatTheyCost)
{
    RowSizes sizes(RowCost(64));
    sizes.add(1, 100);
    sizes.add(10'000, 1);
    EXPECT_EQ(sizes.typical(), std::vector<Offset>(8, 10'000));
}

TEST(RowSizes, EmptyRowsCostLittle)
{
    RowSizes sizes(RowCost(64));
    sizes.add(0, 1);
    EXPECT_EQ(sizes.typical(), std::vector<Offset>(8, 0));
}

}  // namespace
}  // namespace alster
