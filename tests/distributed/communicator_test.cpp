#include "distributed/communicator.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace alster {
namespace {

TEST(Communicator, SumsOverRanksInClosedForm)
{
    const Communicator ranks;
    const std::int64_t size = ranks.size();

    EXPECT_EQ(size * (size - 1) / 2, ranks.sum(std::int64_t{ranks.rank()}));
    EXPECT_EQ(size - 1, ranks.max(std::int64_t{ranks.rank()}));
}

TEST(Communicator, ExactSumHasTheBitsOfOneRank)
{
    const Communicator ranks;
    std::vector<double> terms(60);
    for (std::size_t k = 0; k < terms.size(); ++k) terms[k] = 1.0 / static_cast<double>(k * k + 3);
    ExactSum whole(1, 10);
    for (const double& t : terms) whole.add(std::span(&t, 1));

    ExactSum mine(1, 10);
    for (std::size_t k = ranks.rank(); k < terms.size(); k += ranks.size()) mine.add(std::span(&terms[k], 1));
    ranks.sum(mine);

    EXPECT_EQ(whole.values(), mine.values());
}

TEST(Communicator, GathersRowsOfUnequalBlocksInRankOrder)
{
    const Communicator ranks;
    constexpr Row width = 3;
    std::vector<Row> rows_of(ranks.size());
    std::iota(rows_of.begin(), rows_of.end(), Row{0});  // rank r has r rows: rank 0 has none
    const std::vector<float> mine(ranks.rank() * width, static_cast<float>(ranks.rank()));
    std::vector<float> expected;
    for (int r = 0; r < ranks.size(); ++r) expected.insert(expected.end(), r * width, static_cast<float>(r));

    std::vector<float> all(expected.size(), -1);
    ranks.all_gather_rows(mine, all, rows_of, width);

    EXPECT_EQ(expected, all);
}

TEST(Communicator, GathersTextsAndBroadcastsThem)
{
    const Communicator ranks;
    const auto texts = ranks.all_gather(std::string(ranks.rank(), 'x'));
    for (int r = 0; r < ranks.size(); ++r) EXPECT_EQ(std::string(r, 'x'), texts[r]);

    std::string word = ranks.leads() ? "from rank 0" : "";
    ranks.broadcast(word);
    EXPECT_EQ("from rank 0", word);
}

}  // namespace
}  // namespace alster
