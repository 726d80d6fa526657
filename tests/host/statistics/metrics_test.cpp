#include "host/statistics/metrics.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "host/evaluate/user_means.hpp"

namespace alster {
namespace {

using testing::ElementsAre;

enum { recall, recall_all, precision, hr, ndcg, map, mrr };

// Places 2 and 4 of a list of 5 hit, 3 items are relevant.
TEST(RankingScores, AreThoseOfAnExampleWorkedByHand)
{
    const std::vector<std::uint8_t> hits{0, 1, 0, 1, 0};
    const auto scores = ranking_scores(hits, 3, 10, 5);
    EXPECT_DOUBLE_EQ(scores[recall], 2.0 / 3);
    EXPECT_DOUBLE_EQ(scores[recall_all], 2.0 / 3);
    EXPECT_DOUBLE_EQ(scores[precision], 2.0 / 5);
    EXPECT_DOUBLE_EQ(scores[hr], 1);
    const double gain = 1 / std::log2(3) + 1 / std::log2(5);
    EXPECT_DOUBLE_EQ(scores[ndcg], gain / (1 + 1 / std::log2(3) + 0.5));
    EXPECT_DOUBLE_EQ(scores[map], (1.0 / 2 + 2.0 / 4) / 3);
    EXPECT_DOUBLE_EQ(scores[mrr], 1.0 / 2);
}

TEST(RankingScores, OnlyTheFirstKPlacesCount)
{
    const std::vector<std::uint8_t> hits{0, 1, 0, 1, 0};
    const auto scores = ranking_scores(hits, 3, 10, 2);
    EXPECT_DOUBLE_EQ(scores[recall], 1.0 / 2);
    EXPECT_DOUBLE_EQ(scores[recall_all], 1.0 / 3);
    EXPECT_DOUBLE_EQ(scores[precision], 1.0 / 2);
    EXPECT_DOUBLE_EQ(scores[map], (1.0 / 2) / 2);
}

TEST(RankingScores, AUCTakesWhatIsBehindTheListForRandom)
{
    const auto auc = [](std::vector<std::uint8_t> hits, Row relevant, Row candidates) {
        return ranking_scores(hits, relevant, candidates, std::ssize(hits)).back();
    };
    // all six candidates listed: of 2·4 pairs the first hit is before 3 others, the second before 2
    EXPECT_DOUBLE_EQ(auc({0, 1, 0, 1, 0, 0}, 2, 6), 5.0 / 8);
    // of the two behind the list each has one hit in front of it, and the other one with a chance of 1/2
    EXPECT_DOUBLE_EQ(auc({0, 1, 0}, 2, 6), (0 + 1 + 1.5 * 2) / 8);
    EXPECT_DOUBLE_EQ(auc({1, 1}, 2, 2), 1);
}

TEST(RankingScores, APerfectListScoresOneExceptWhereKIsTooShortForAll)
{
    const std::vector<std::uint8_t> hits{1, 1};
    EXPECT_THAT(ranking_scores(hits, 2, 9, 2), ElementsAre(1, 1, 1, 1, 1, 1, 1, 1));
    EXPECT_THAT(ranking_scores(hits, 4, 9, 2), ElementsAre(1, 0.5, 1, 1, 1, 1, 1, 0.75));
}

TEST(RankingScores, AListThatRanOutOfItemsIsStillMeasuredAtK)
{
    const std::vector<std::uint8_t> hits{1};
    const auto scores = ranking_scores(hits, 2, 4, 10);
    EXPECT_DOUBLE_EQ(scores[precision], 0.1);
    EXPECT_DOUBLE_EQ(scores[recall], 0.5);
    EXPECT_THAT(ranking_scores({}, 2, 4, 10), ElementsAre(0, 0, 0, 0, 0, 0, 0, 0.5));
}

TEST(FindHits, MarksTheRelevantPlaces)
{
    const std::vector<std::int32_t> list{7, 3, 9};
    const std::vector<Column> relevant{1, 3, 7};
    EXPECT_THAT(find_hits(list, relevant), ElementsAre(1, 1, 0));
}

// The mean of n values with deviation σ has a 95 % interval of ± 1.96 σ/√n; 200 replicates estimate its ends to about
// 0.2 deviations each.
TEST(UserMeans, IntervalsAreAsWideAsTheNormalLawSays)
{
    constexpr Row users = 4096;
    std::mt19937 random(1);
    UserMeans means(1, users, 1);
    double sum = 0;
    for (Row u = 0; u < users; ++u) {
        const double value = random() % 4 == 0;
        sum += value;
        means.add(u, std::span(&value, 1));
        if (u % 64 == 63) means.end_chunk();
    }
    const Means result = means.over(Communicator::self());
    EXPECT_EQ(result.users, users);
    EXPECT_EQ(result.values[0], sum / users);
    const double deviation = std::sqrt(0.25 * 0.75 / users);
    EXPECT_NEAR(result.low[0], result.values[0] - 1.96 * deviation, 0.6 * deviation);
    EXPECT_NEAR(result.high[0], result.values[0] + 1.96 * deviation, 0.6 * deviation);
}

TEST(UserMeans, OfNobodyAreZero)
{
    const Means result = UserMeans(2, 0, 1).over(Communicator::self());
    EXPECT_EQ(result.users, 0);
    EXPECT_THAT(result.values, ElementsAre(0, 0));
}

}  // namespace
}  // namespace alster
