#include "distributed/factor_exchange.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "distributed/needed_rows.hpp"

namespace alster {
namespace {

constexpr Row chunk = 4;

/// The rows of a side, as every rank could compute them: element (r, a) is 1000 r + a.
std::vector<float> rows_of(RowRange range, Row width)
{
    std::vector<float> rows;
    for (Row r = range.first; r < range.last; ++r)
        for (Row a = 0; a < width; ++a) rows.push_back(static_cast<float>(1000 * r + a));
    return rows;
}

/// What this rank names: each row with a probability of `share`, twice or thrice, in ascending order.
std::vector<Column> named_by(const Communicator& ranks, Row rows, double share)
{
    std::mt19937 random(static_cast<unsigned>(ranks.rank() + 1));
    std::bernoulli_distribution chosen(share);
    std::vector<Column> named;
    for (int time = 0; time < 3; ++time)
        for (Row r = 0; r < rows; ++r)
            if (chosen(random)) named.push_back(static_cast<Column>(r));
    return named;
}

/// Gathers and compares every row that this rank named with what it should be; returns the plan's name.
std::string check_exchange(Row rows, Row width, double share, ExchangeKind kind)
{
    const Communicator ranks;
    const auto partition = RowPartition::even(rows, chunk, ranks.size());
    const auto named = named_by(ranks, rows, share);
    auto columns = named;
    const auto [exchange, volumes] = plan_exchange(ranks, partition, {columns}, kind);

    const auto mine = rows_of(partition.of(ranks.rank()), width);
    std::vector<float> table(exchange->table_rows() * width, -1);
    std::vector<float> staging(exchange->staging(width));
    Row came = 0;
    const auto pack = [&](std::span<const Column> wanted, std::span<float> to) {
        for (std::size_t n = 0; n < wanted.size(); ++n)
            std::copy_n(mine.begin() + wanted[n] * width, width, to.begin() + static_cast<Row>(n) * width);
    };
    exchange->gather({mine, table, staging, pack, [&](RowRange part) { came += part.size(); }}, width);

    EXPECT_EQ(exchange->table_rows(), came);
    for (std::size_t n = 0; n < named.size(); ++n)
        for (Row a = 0; a < width; ++a)
            EXPECT_EQ(static_cast<float>(1000 * named[n] + a), table[columns[n] * width + a]) << "row " << named[n];
    if (ranks.size() > 1 && exchange->name() == std::string("need-only")) {
        const RowRange own = partition.of(ranks.rank());
        const std::set<Column> distinct(named.begin(), named.end());
        const auto foreign = std::ranges::count_if(distinct, [&](Column r) { return r < own.first || r >= own.last; });
        EXPECT_EQ(foreign, exchange->received_rows());
        EXPECT_EQ(volumes.need_only, ranks.sum(exchange->received_rows()));
    }
    return exchange->name();
}

TEST(FactorExchange, BringsTheRowsThatARankNames)
{
    for (const auto kind : {ExchangeKind::all_gather, ExchangeKind::need_only})
        for (const Row rows : {1, 5, 64, 203})
            for (const double share : {0.0, 0.1, 1.0}) check_exchange(rows, 3, share, kind);
}

TEST(FactorExchange, SendsInSegmentsWhereThereIsMuch)
{
    // a row of 512 KiB: 16 of them make a segment
    check_exchange(150, 131'072, 0.3, ExchangeKind::need_only);
}

TEST(FactorExchange, ChoosesWhatMovesLess)
{
    if (Communicator().size() == 1) GTEST_SKIP() << "nothing moves on one rank";
    EXPECT_EQ("need-only", check_exchange(400, 2, 0.05, ExchangeKind::automatic));
    EXPECT_EQ("all-gather", check_exchange(400, 2, 0.9, ExchangeKind::automatic));
}

TEST(NeededRows, SlotsCountTheRowsBelow)
{
    std::vector<Column> named{130, 0, 63};
    std::vector<Column> more{64, 64, 199};
    const NeededRows needed(200, {named, more});
    EXPECT_EQ(5, needed.count());
    for (const auto& [row, slot] : {std::pair<Row, Row>{0, 0}, {63, 1}, {64, 2}, {130, 3}, {199, 4}, {200, 5}})
        EXPECT_EQ(slot, needed.slot(row)) << row;
    EXPECT_EQ((std::vector<Column>{3, 4, 70}), needed.in({60, 199}));
    EXPECT_EQ(0, NeededRows(0, {}).count());
}

}  // namespace
}  // namespace alster
