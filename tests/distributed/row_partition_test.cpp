#include "distributed/row_partition.hpp"

#include <gtest/gtest.h>

namespace alster {
namespace {

TEST(RowPartition, CoversAllRowsInOrderAndCutsOnChunkBorders)
{
    for (const Row rows : {0, 1, 63, 64, 65, 1000})
        for (const int ranks : {1, 2, 3, 7, 50}) {
            const auto partition = RowPartition::even(rows, 64, ranks);
            Row next = 0;
            for (int r = 0; r < ranks; ++r) {
                EXPECT_EQ(next, partition.of(r).first);
                EXPECT_TRUE(next % 64 == 0 || next == rows);
                next = partition.of(r).last;
            }
            EXPECT_EQ(rows, next);
        }
}

TEST(RowPartition, MoreRanksThanChunksLeavesEmptyRanges)
{
    const auto partition = RowPartition::even(100, 64, 5);

    int owners = 0;
    for (int r = 0; r < 5; ++r) owners += partition.of(r).empty() ? 0 : 1;
    EXPECT_EQ(2, owners);
}

TEST(RowPartition, BalancesCostNotRows)
{
    const std::vector<double> costs = {8, 1, 1, 1, 1, 1, 1, 1, 1};  // the first chunk is worth all others

    const RowPartition partition(9, 1, costs, 2);

    EXPECT_EQ((RowRange{0, 1}), partition.of(0));
    EXPECT_EQ((RowRange{1, 9}), partition.of(1));
}

}  // namespace
}  // namespace alster
