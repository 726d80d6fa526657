#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "distributed/row_partition.hpp"
#include "host/evaluate/learned_ranker.hpp"
#include "host/evaluate/ties.hpp"
#include "kernels/backend.hpp"
#include "kernels/cpu/top_k.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

constexpr Row users = 150;  // 3 chunks, the last is not full
constexpr Row items = 60;

/// A score for every user and item, of few different values, so that most lists end in a tie.
struct Problem {
    std::vector<float> scores = std::vector<float>(users * items);
    Interactions excluded = test::planted_interactions(users, items, 1);
    Interactions holdout = test::planted_interactions(users, items, 2);

    explicit Problem(unsigned different, unsigned seed = 3)
    {
        std::mt19937 random(seed);
        for (auto& score : scores) score = static_cast<float>(random() % different);
    }

    [[nodiscard]] float score(Row u, Row i) const { return scores[u * items + i]; }
};

/// The k best of some users, ties by row. `calls` counts how often lists are asked for.
Ranker ranker_of(const Problem& problem, RowRange mine, int* calls = nullptr)
{
    return [&problem, mine, calls](std::span<const Row> wanted, const Interactions& excluded, Row k) {
        if (calls) ++*calls;
        TopK lists(std::ssize(wanted), k);
        for (Row n = 0; n < std::ssize(wanted); ++n) {
            std::vector<Scored> scored;
            for (Row i = 0; i < items; ++i)
                if (!std::ranges::binary_search(excluded.columns_of(n), i))
                    scored.push_back({problem.score(mine.first + wanted[n], i), static_cast<std::int32_t>(i)});
            std::sort(scored.begin(), scored.end());
            const Row filled = std::min(k, std::ssize(scored));
            for (Row place = 0; place < filled; ++place) {
                lists.items[n * k + place] = scored[place].item;
                lists.scores[n * k + place] = scored[place].score;
            }
            lists.filled[n] = static_cast<std::int32_t>(filled);
        }
        return lists;
    };
}

RankingReport measure(const Communicator& ranks, const Problem& problem, std::vector<Row> ks)
{
    const RowRange mine = RowPartition::even(users, rows_per_chunk, ranks.size()).of(ranks.rank());
    const Interactions excluded = test::slice(problem.excluded, mine), holdout = test::slice(problem.holdout, mine);
    return evaluate_ranking(ranks, {mine, users, items, excluded, holdout, std::move(ks)}, ranker_of(problem, mine));
}

/// All items of one user that lists may hold, ties against: by score, and of one score the relevant ones last.
std::vector<std::uint8_t> whole_ranking(const Problem& problem, Row u, Row& relevant)
{
    std::vector<std::pair<float, int>> order;
    relevant = 0;
    for (Row i = 0; i < items; ++i) {
        if (std::ranges::binary_search(problem.excluded.columns_of(u), i)) continue;
        const bool wanted = std::ranges::binary_search(problem.holdout.columns_of(u), i);
        relevant += wanted;
        order.emplace_back(-problem.score(u, i), wanted);
    }
    std::sort(order.begin(), order.end());
    std::vector<std::uint8_t> hits;
    for (const auto& [score, wanted] : order) hits.push_back(static_cast<std::uint8_t>(wanted));
    return hits;
}

TEST(Ties, CountAgainstTheRankerAsInAWholeRankingWithRelevantItemsLast)
{
    for (const unsigned different : {1U, 2U, 5U, 1000U}) {
        const Problem problem(different);
        const std::vector<Row> ks{1, 3, 10, 20, 59, 60, 1000};
        const RankingReport report = measure(Communicator::self(), problem, ks);
        std::vector<RankingScores> expected(ks.size());
        Row counted = 0;
        for (Row u = 0; u < users; ++u) {
            Row relevant = 0;
            const auto hits = whole_ranking(problem, u, relevant);
            if (relevant == 0) continue;
            ++counted;
            for (std::size_t n = 0; n < ks.size(); ++n) {
                const auto scores = ranking_scores(hits, relevant, std::ssize(hits), ks[n]);
                for (std::size_t m = 0; m < scores.size(); ++m) expected[n][m] += scores[m];
            }
        }
        ASSERT_EQ(counted, report.users);
        for (std::size_t n = 0; n < ks.size(); ++n)
            for (std::size_t m = 0; m < expected[n].size(); ++m)
                EXPECT_NEAR(expected[n][m] / static_cast<double>(counted), report.means[n][m], 1e-12)
                    << ranking_metrics[m] << '@' << ks[n] << " of " << different << " scores";
    }
}

TEST(Ties, AConstantScoreIsNeverBetterThanARandomOrderIsOnAverage)
{
    const Problem constant(1);
    const std::vector<Row> ks{1, 5, 20, 50, 60};
    const RankingReport worst = measure(Communicator::self(), constant, ks);
    std::vector<RankingScores> average(ks.size());
    constexpr int orders = 50;
    for (unsigned seed = 0; seed < orders; ++seed) {
        const RankingReport random = measure(Communicator::self(), Problem(1'000'000, seed + 10), ks);
        for (std::size_t n = 0; n < ks.size(); ++n)
            for (std::size_t m = 0; m < average[n].size(); ++m) average[n][m] += random.means[n][m] / orders;
    }
    for (std::size_t n = 0; n < ks.size(); ++n) {
        for (std::size_t m = 0; m < average[n].size(); ++m) EXPECT_LE(worst.means[n][m], average[n][m] + 1e-12);
        if (ks[n] <= 20) {  // no list is so short
            EXPECT_EQ(0, worst.use[n].exposure.coverage);
        }
    }
    EXPECT_EQ(0, worst.measurement("recall", 5).value);
}

TEST(Ties, AMeasureAtKDoesNotDependOnTheOtherLengths)
{
    const Problem problem(4);
    const RankingReport all = measure(Communicator::self(), problem, {2, 7, 30});
    for (const Row k : {2, 7, 30}) {
        const RankingReport one = measure(Communicator::self(), problem, {k});
        EXPECT_EQ(one.means[0], all.means[k == 2 ? 0 : k == 7 ? 1 : 2]);
        EXPECT_EQ(one.use[0], all.use[k == 2 ? 0 : k == 7 ? 1 : 2]);
    }
}

TEST(Ties, HaveTheSameBitsForAnyNumberOfRanks)
{
    const Problem problem(3);
    const RankingReport alone = measure(Communicator::self(), problem, {5, 20});
    const RankingReport together = measure(Communicator(), problem, {5, 20});
    EXPECT_EQ(alone.means, together.means);
    EXPECT_EQ(alone.low, together.low);
    for (std::size_t n = 0; n < alone.use.size(); ++n) EXPECT_EQ(alone.use[n], together.use[n]);
}

TEST(Ties, OnlyChunksWithAnOpenTieAreRankedAgain)
{
    int calls = 0;
    Problem problem(1000);
    const auto count_calls = [&] {
        calls = 0;
        (void)evaluate_ranking(Communicator::self(), {{0, users}, users, items, problem.excluded, problem.holdout, {5}},
                               ranker_of(problem, {0, users}, &calls));
        return calls;
    };
    for (Row u = 0; u < users; ++u)  // no two items alike
        for (Row i = 0; i < items; ++i) problem.scores[u * items + i] = static_cast<float>((i * 7 + u) % items);
    EXPECT_EQ(1, count_calls());
    std::vector<Row> wanted;
    for (const Column i : problem.holdout.columns_of(100))
        if (!std::ranges::binary_search(problem.excluded.columns_of(100), i)) wanted.push_back(i);
    ASSERT_GE(wanted.size(), 2U);
    const auto tie = [&](Row first) {  // user 100's list begins with `first`, then wanted[1]; the tie crosses the end
        for (Row i = 0; i < items; ++i)
            problem.scores[100 * items + i] =
                i == first || i == wanted[1] || (i > wanted[1] && !std::ranges::binary_search(wanted, i)) ? 0.0F
                                                                                                          : -1.0F;
    };
    tie(wanted[0]);
    EXPECT_EQ(2, count_calls());  // six places hold two that should be found: four others do not fill five places
    tie(wanted[1]);
    EXPECT_EQ(1, count_calls());  // five others do
}

/// The same problem with items and users in another order.
Problem permuted(const Problem& from, const std::vector<Row>& user_at, const std::vector<Row>& item_at)
{
    Problem to(1);
    std::vector<Row> place(items);
    for (Row i = 0; i < items; ++i) place[item_at[i]] = i;
    const auto move = [&](const Interactions& rows) {
        Interactions moved;
        for (Row u = 0; u < users; ++u) {
            std::vector<Column> columns;
            for (const Column i : rows.columns_of(user_at[u])) columns.push_back(static_cast<Column>(place[i]));
            std::sort(columns.begin(), columns.end());
            moved.columns.insert(moved.columns.end(), columns.begin(), columns.end());
            moved.offsets.push_back(std::ssize(moved.columns));
        }
        moved.values.assign(moved.columns.size(), 1);
        return moved;
    };
    to.excluded = move(from.excluded);
    to.holdout = move(from.holdout);
    for (Row u = 0; u < users; ++u)
        for (Row i = 0; i < items; ++i) to.scores[u * items + i] = from.score(user_at[u], item_at[i]);
    return to;
}

TEST(Ties, NoMeasureDependsOnTheOrderOfRows)
{
    const Problem problem(3);
    std::mt19937 random(9);
    std::vector<Row> user_at(users), item_at(items);
    std::iota(user_at.begin(), user_at.end(), 0);
    std::iota(item_at.begin(), item_at.end(), 0);
    std::shuffle(user_at.begin(), user_at.end(), random);
    std::shuffle(item_at.begin(), item_at.end(), random);
    const auto measure_with = [&](const Problem& p, const std::vector<std::uint64_t>& keys) {
        const RankingTask task{.rows = {0, users},
                               .users = users,
                               .items = items,
                               .excluded = p.excluded,
                               .holdout = p.holdout,
                               .ks = {3, 10},
                               .keys = keys};
        return evaluate_ranking(Communicator::self(), task, ranker_of(p, {0, users}));
    };
    const RankingReport one = measure_with(problem, {user_at.begin(), user_at.end()});
    std::vector<std::uint64_t> keys(users);  // of user_at[u] in the first order: user_at[user_at[u]]
    for (Row u = 0; u < users; ++u) keys[u] = static_cast<std::uint64_t>(user_at[user_at[u]]);
    const RankingReport other = measure_with(permuted(problem, user_at, item_at), keys);
    EXPECT_EQ(one.users, other.users);
    for (std::size_t n = 0; n < one.use.size(); ++n) EXPECT_EQ(one.use[n], other.use[n]);
    for (std::size_t n = 0; n < 2; ++n)
        for (std::size_t m = 0; m < ranking_metrics.size(); ++m) {  // sums of chunks are rounded in another order
            EXPECT_NEAR(one.means[n][m], other.means[n][m], 1e-13);
            EXPECT_NEAR(one.low[n][m], other.low[n][m], 1e-13);
            EXPECT_NEAR(one.high[n][m], other.high[n][m], 1e-13);
        }
}

TEST(Ties, OfAListAreJudgedByHand)
{
    const std::vector<std::int32_t> list{4, 1, 3, 2};
    const std::vector<float> scores{9, 5, 5, 5};
    const std::vector<Column> relevant{1, 4};
    const JudgedList closed = judge({list, scores, true}, relevant, 2);
    EXPECT_THAT(closed.hits, testing::ElementsAre(1, 0, 0, 1));
    EXPECT_THAT(closed.worst_place, testing::ElementsAre(0, 3, 3, 3));
    EXPECT_FALSE(closed.undecided);
    EXPECT_FALSE(judge({list, scores, false}, relevant, 3).undecided);  // two irrelevant ones fill the three places
    const JudgedList open = judge({list, scores, false}, relevant, 4);
    EXPECT_TRUE(open.undecided);
    EXPECT_THAT(open.worst_place, testing::ElementsAre(0, open_place, open_place, open_place));
    EXPECT_FALSE(judge({list, scores, false}, std::vector<Column>{4}, 4).undecided);  // nothing to lose
}

TEST(Served, UsersOfWhomNothingWasLearnedAreMeasuredByPopularity)
{
    // scores that are all 0, as those of zero factors are: by row number item 0 would be first
    Problem problem(1);
    std::vector<std::int32_t> counts(items, 1);
    counts[7] = 5;
    std::vector<std::uint8_t> learned(users, 1);
    learned[1] = 0;
    problem.excluded = {
        .offsets = std::vector<Offset>(users + 1), .columns = {}, .values = {}, .confidences = {}, .preferences = {}};
    problem.holdout = {.offsets = {0, 1, 2}, .columns = {0, 7}, .values = {1, 1}, .confidences = {}, .preferences = {}};
    problem.holdout.offsets.resize(users + 1, 2);
    const RankingTask task{.rows = {0, users},
                           .users = users,
                           .items = items,
                           .excluded = problem.excluded,
                           .holdout = problem.holdout,
                           .ks = {1, 10},
                           .learned = learned};
    const Popularity popularity(counts);
    const auto report = evaluate_ranking(Communicator::self(), task,
                                         served_ranker(ranker_of(problem, {0, users}), popularity, learned));
    EXPECT_EQ(2, report.users);
    EXPECT_EQ(1, report.without_history);
    EXPECT_EQ(0.5, report.measurement("hr", 1).value);  // user 1 finds item 7; user 0's item 0 ties with all
    EXPECT_EQ(0, report.with_history[0][3]);
    const auto baseline = evaluate_ranking(Communicator::self(), task, popularity_ranker(popularity));
    EXPECT_EQ(0.5, baseline.measurement("hr", 1).value);
    EXPECT_EQ(0, baseline.with_history[1][3]);
}

TEST(Served, ItemsOfWhichNothingWasLearnedAreBehindAllOthers)
{
    HostMatrix X(1, 1);
    X.values = {1};
    const LearnedItems candidates({0, -1, 0, -3, 2}, 1, false);  // by score items 0 and 2 would be second
    const Interactions excluded{
        .offsets = {0, 2}, .columns = {1, 2}, .values = {}, .confidences = {}, .preferences = {}};
    const Interactions nothing{.offsets = {0, 0}, .columns = {}, .values = {}, .confidences = {}, .preferences = {}};
    const Ranker ranker = learned_ranker(X.table(), candidates, cpu_scorer(candidates.table()));
    const std::vector<Row> user{0};
    const TopK all = ranker(user, nothing, 9);
    EXPECT_THAT(all.items_of(0), testing::ElementsAre(4, 1, 3, 0, 2));
    EXPECT_EQ(all.scores_of(0)[3], all.scores_of(0)[4]);
    EXPECT_THAT(ranker(user, excluded, 9).items_of(0), testing::ElementsAre(4, 3, 0));
    EXPECT_THAT(ranker(user, excluded, 2).items_of(0), testing::ElementsAre(4, 3));
}

TEST(Served, ItemsOfWhichNothingWasLearnedAreAllAlikeWhereThereAreNoOthers)
{
    HostMatrix X(1, 2);
    X.values = {1, -1};
    const LearnedItems candidates({0, 0, 0, 0, 0, 0}, 2, false);
    const Interactions excluded{.offsets = {0, 1}, .columns = {1}, .values = {}, .confidences = {}, .preferences = {}};
    const std::vector<Row> user{0};
    const TopK list = learned_ranker(X.table(), candidates, cpu_scorer(candidates.table()))(user, excluded, 3);
    EXPECT_THAT(list.items_of(0), testing::ElementsAre(0, 2));
    EXPECT_EQ(list.scores_of(0)[0], list.scores_of(0)[1]);
}

TEST(Relevant, IsWhatWasConsumedAndNotDisliked)
{
    const Interactions nothing{.offsets = {0, 0}, .columns = {}, .values = {}, .confidences = {}, .preferences = {}};
    // held out of one user: 0 liked, 1 disliked, 2 shown, 3 half-liked, 4 consumed with preference 0
    const Interactions held{
        .offsets = {0, 5},
        .columns = {0, 1, 2, 3, 4},
        .values = {1, 9, 9, 1, 9},
        .confidences = {1, 1, 1, 1, 1},
        .preferences = {1, 0, 1, 0.5F, 0},
        .roles = {consumed_role, disliked_role, shown_role, consumed_role | shown_role, consumed_role}};
    Problem problem(1);
    for (Row i = 0; i < items; ++i) problem.scores[i] = static_cast<float>(-i);
    const auto hits = [&](double preference_from) {
        return evaluate_ranking(Communicator::self(),
                                {{0, 1}, 1, items, nothing, held, {5}, {.preference_from = preference_from}},
                                ranker_of(problem, {0, 1}))
            .measurement("precision", 5)
            .value;
    };
    EXPECT_DOUBLE_EQ(2.0 / 5, hits(0));
    EXPECT_DOUBLE_EQ(2.0 / 5, hits(0.5));
    EXPECT_DOUBLE_EQ(1.0 / 5, hits(0.6));
}

}  // namespace
}  // namespace alster
