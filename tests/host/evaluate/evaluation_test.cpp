#include <gmock/gmock.h>

#include <random>

#include "data/error.hpp"
#include "distributed/row_partition.hpp"
#include "host/evaluate/candidates.hpp"
#include "host/evaluate/ranking.hpp"
#include "host/evaluate/rating.hpp"
#include "kernels/backend.hpp"
#include "kernels/cpu/top_k.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

using test::slice;

constexpr Row users = 300;  // 5 chunks, the last is not full
constexpr Row items = 140;
constexpr Row width = 7;

HostMatrix random_matrix(Row rows, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    HostMatrix matrix(rows, width);
    for (float& value : matrix.values) value = normal(random);
    return matrix;
}

/// Factors without meaning, and two disjoint parts of interactions.
struct Data {
    HostMatrix X = random_matrix(users, 1);
    HostMatrix Y = random_matrix(items, 2);
    Interactions seen = test::planted_interactions(users, items, 3);
    Interactions holdout = test::planted_interactions(users, items, 4);
};

struct Share {
    RowRange rows;
    Interactions seen;
    Interactions holdout;
    FactorTable factors;

    Share(const Data& data, const Communicator& ranks)
        : rows(RowPartition::even(users, rows_per_chunk, ranks.size()).of(ranks.rank())),
          seen(slice(data.seen, rows)),
          holdout(slice(data.holdout, rows)),
          factors{std::span(data.X.values).subspan(rows.first * width, rows.size() * width), rows.size(), width}
    {
    }
};

RankingReport ranking(const Data& data, const Communicator& ranks, std::vector<Row> ks)
{
    const Share mine(data, ranks);
    const RankingTask task{mine.rows, users, items, mine.seen, mine.holdout, std::move(ks)};
    return evaluate_ranking(ranks, task, model_ranker(mine.factors, cpu_scorer(data.Y.table())));
}

TEST(Ranking, HasTheSameBitsForAnyNumberOfRanks)
{
    const Data data;
    const auto alone = ranking(data, Communicator::self(), {5, 20, 200});
    const auto together = ranking(data, Communicator(), {5, 20, 200});
    EXPECT_GT(alone.users, 250);
    EXPECT_EQ(together.users, alone.users);
    EXPECT_EQ(together.means, alone.means);
    EXPECT_EQ(together.low, alone.low);
    EXPECT_EQ(together.high, alone.high);
    for (std::size_t n = 0; n < alone.use.size(); ++n)
        EXPECT_EQ(together.use[n].exposure.gini, alone.use[n].exposure.gini);
}

TEST(Ranking, FindsEverythingWhereListsHoldAllItems)
{
    const Data data;
    const auto report = ranking(data, Communicator::self(), {items});
    EXPECT_EQ(report.measurement("recall", items).value, 1);
    EXPECT_EQ(report.measurement("hr", items).value, 1);
    EXPECT_EQ(report.use[0].exposure.coverage, 1);
}

TEST(Ranking, MeasuresOneUserByHand)
{
    const HostMatrix X = [] {
        HostMatrix m(1, 1);
        m.values = {1};
        return m;
    }();
    HostMatrix Y(4, 1);
    Y.values = {4, 3, 2, 1};
    // seen: item 0; held out: item 0 (cannot be listed, not counted), 2, and 3, whose value is too small
    const Interactions seen{.offsets = {0, 1}, .columns = {0}, .values = {1}, .confidences = {}, .preferences = {}};
    const Interactions held{
        .offsets = {0, 3}, .columns = {0, 2, 3}, .values = {5, 4, 1}, .confidences = {}, .preferences = {}};
    const auto report = evaluate_ranking(Communicator::self(), {{0, 1}, 1, 4, seen, held, {1, 2}, {.value_from = 2}},
                                         model_ranker(X.table(), cpu_scorer(Y.table())));
    EXPECT_EQ(report.measurement("hr", 1).value, 0);
    EXPECT_EQ(report.measurement("recall", 2).value, 1);
    EXPECT_EQ(report.measurement("mrr", 2).value, 0.5);
    EXPECT_EQ(report.use[0].exposure.coverage, 0.25);
    EXPECT_EQ(report.use[1].exposure.coverage, 0.5);
}

TEST(Popularity, ListsTheMostPopularThatARowHasNotSeen)
{
    const std::vector<std::int32_t> counts{1, 5, 5, 0};
    const Interactions seen{.offsets = {0, 0, 1}, .columns = {1}, .values = {}, .confidences = {}, .preferences = {}};
    const auto lists = Popularity(counts).lists(&seen, 2, 4);
    EXPECT_THAT(lists.items_of(0), testing::ElementsAre(1, 2, 0, 3));
    EXPECT_THAT(lists.items_of(1), testing::ElementsAre(2, 0, 3));
}

TEST(Popularity, CountsWhatWasConsumedAndNotDisliked)
{
    const test::TemporaryDirectory directory;
    const auto rules = test::write_file(directory / "rules.toml",
                                        "[event.play]\nearly_exit_below = 0.1\n[event.down]\npreference = 0\n"
                                        "[event.stars]\nlike_from = 4\ndislike_to = 2\nrole = \"consumed\"\n"
                                        "[event.impression]\nrole = \"shown\"\nbase = 0.1\n");
    // item 0: shown to three; 1: played twice, once left at once; 2: played and disliked by one; 3: disliked;
    // 4: five stars and one star
    const auto log = test::write_file(directory / "log",
                                      "a,0,1,impression\nb,0,1,impression\nc,0,1,impression\n"
                                      "a,1,1,play\nb,1,1,play\nc,1,0,play\n"
                                      "a,2,1,play\na,2,1,down\nb,3,1,down\nb,4,5,stars\nc,4,1,stars\n");
    const auto data = (directory / "d.h5").string();
    ASSERT_EQ(0, test::run_alster("prepare --input " + log + " --columns user=0,item=1,value=2,event=3 --rules " +
                                  rules + " --out " + data)
                     .code);
    EXPECT_THAT(positive_counts(Communicator(), DatasetReader(data)), testing::ElementsAre(0, 2, 1, 0, 1));
}

TEST(RatingErrors, AreThoseOfAnExampleWorkedByHand)
{
    const Interactions held{
        .offsets = {0, 1, 3}, .columns = {0, 0, 1}, .values = {5, 1, 3}, .confidences = {}, .preferences = {}};
    // predictions 9 → clipped to 5, -2 → clipped to 1, 4: errors 0, 0, -1
    const auto predict = [](Row u, Row i) { return u == 0 ? 9.0 : i == 0 ? -2.0 : 4.0; };
    const auto errors = rating_errors(Communicator::self(), held, 2, {1, 5}, predict);
    EXPECT_EQ(errors.ratings, 3);
    EXPECT_DOUBLE_EQ(errors.rmse, std::sqrt(1.0 / 3));
    EXPECT_DOUBLE_EQ(errors.mae, 1.0 / 3);
    // users' squared errors 0 and 1 on 1 and 2 ratings, of which 1/3 and 2/3 are expected: variance 2 (1/3)² / 3²
    const double half_width = 1.96 * std::sqrt(2.0) / 9;
    EXPECT_NEAR(errors.rmse_low, std::sqrt(1.0 / 3 - half_width), 1e-12);
    EXPECT_NEAR(errors.rmse_high, std::sqrt(1.0 / 3 + half_width), 1e-12);
}

TEST(RatingErrors, HaveTheSameBitsForAnyNumberOfRanks)
{
    const Data data;
    const auto measure = [&](const Communicator& ranks) {
        const Share mine(data, ranks);
        return rating_errors(ranks, mine.holdout, users, {1, 5}, model_predictor(mine.factors, data.Y.table(), 3));
    };
    const auto alone = measure(Communicator::self());
    const auto together = measure(Communicator());
    EXPECT_EQ(together.rmse, alone.rmse);
    EXPECT_EQ(together.rmse_low, alone.rmse_low);
    EXPECT_EQ(together.rmse_high, alone.rmse_high);
    EXPECT_EQ(together.mae, alone.mae);
    EXPECT_GT(alone.rmse, 0);
}

IdColumn ids(std::vector<std::int64_t> numbers)
{
    return {.kind = IdKind::int64, .numbers = std::move(numbers), .texts = {}};
}

TEST(Candidates, AreReadFromPlainAndPackedFilesWithUnknownIdsCounted)
{
    const test::TemporaryDirectory directory;
    constexpr const char* text = "(10,1)\t2\t3\r\n(11,3)\t99\n(77,2)\t1\n";
    for (const auto& path :
         {test::write_file(directory / "plain", text), test::write_gzip(directory / "packed.gz", text)}) {
        const auto file = read_candidates(path, ids({10, 11}), ids({1, 2, 3}));
        ASSERT_EQ(file.lists.size(), 3);
        EXPECT_EQ(file.lists[0].user, 0);
        EXPECT_THAT(file.lists[0].items, testing::ElementsAre(0, 1, 2));
        EXPECT_THAT(file.lists[1].items, testing::ElementsAre(2, -1));
        EXPECT_EQ(file.lists[2].user, -1);
        EXPECT_EQ(file.unknown_users, 1);
        EXPECT_EQ(file.unknown_items, 1);
    }
}

TEST(Candidates, OfAnotherFormAreRefusedWithFileAndLine)
{
    const test::TemporaryDirectory directory;
    for (const std::string bad : {"10,1\t2", "(10,1)", "(10)\t2", "(10,1) 2", "(,1)\t2", "(10,1)\t\t2", "(10,1)\t"}) {
        const auto path = test::write_file(directory / "bad", "(10,1)\t2\n" + bad + "\n");
        try {
            (void)read_candidates(path, ids({10}), ids({1, 2}));
            ADD_FAILURE() << "took " << bad;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ExitCode::bad_data) << bad;
            EXPECT_THAT(error.what(), testing::HasSubstr("bad:2:")) << bad;
        }
    }
    EXPECT_THROW((void)read_candidates(test::write_file(directory / "empty", ""), ids({10}), ids({1})), Error);
}

TEST(Candidates, ATieCountsAgainstThePositive)
{
    const std::vector<CandidateList> lists{{0, {0, 1, 2}}, {-1, {0, 1}}, {0, {-1, 2}}};
    // user 0: the positive ties with item 1 → place 2; unknown user: 0 against 0 → place 2; unknown positive 0 against
    // -1 → place 1
    const auto score = [](Row u, Row i) { return u < 0 ? 0.0 : i == 2 ? -1.0 : 3.0; };
    const auto report = evaluate_candidates(Communicator::self(), {lists, {0, 1}, 1, {1, 2}}, score);
    EXPECT_EQ(report.all.lists, 3);
    EXPECT_DOUBLE_EQ(report.all.hit_rate[0], 1.0 / 3);
    EXPECT_DOUBLE_EQ(report.all.hit_rate[1], 1);
    EXPECT_DOUBLE_EQ(report.all.ndcg[1], (1 + 2 / std::log2(3)) / 3);
    EXPECT_DOUBLE_EQ(report.all.mrr, (1 + 0.5 + 0.5) / 3);
    EXPECT_EQ(report.with_history.lists, 2);  // the unknown user has none
    EXPECT_DOUBLE_EQ(report.with_history.hit_rate[0], 0.5);
    EXPECT_DOUBLE_EQ(report.with_history.mrr, (0.5 + 1) / 2);
}

TEST(Candidates, OfUsersOfWhomNothingWasLearnedAreToldApart)
{
    const std::vector<CandidateList> lists{{0, {0, 1}}, {1, {0, 1}}, {1, {1, 0}}};
    const std::vector<std::uint8_t> learned{1, 0};
    const auto score = [](Row u, Row i) { return u == 0 ? 1.0 - static_cast<double>(i) : 0.0; };
    const auto report = evaluate_candidates(Communicator::self(), {lists, {0, 2}, 2, {1}, learned}, score);
    EXPECT_EQ(report.with_history.lists, 1);
    EXPECT_DOUBLE_EQ(report.with_history.hit_rate[0], 1);
    EXPECT_DOUBLE_EQ(report.all.hit_rate[0], 1.0 / 3);
}

TEST(Candidates, HaveTheSameBitsForAnyNumberOfRanks)
{
    const Data data;
    std::mt19937 random(5);
    std::vector<CandidateList> lists;
    for (int n = 0; n < 500; ++n) {
        lists.push_back({static_cast<Row>(random() % (users + 1)) - 1, {}});
        for (int m = 0; m < 20; ++m) lists.back().items.push_back(static_cast<Row>(random() % items));
    }
    const auto measure = [&](const Communicator& ranks) {
        const Share mine(data, ranks);
        const auto predict = model_predictor(mine.factors, data.Y.table(), 0);
        return evaluate_candidates(ranks, {lists, mine.rows, users, {10}},
                                   [&](Row u, Row i) { return u < 0 ? 0.0 : predict(u, i); });
    };
    const auto alone = measure(Communicator::self());
    const auto together = measure(Communicator());
    EXPECT_EQ(together.all.hit_rate, alone.all.hit_rate);
    EXPECT_EQ(together.all.ndcg, alone.all.ndcg);
    EXPECT_EQ(together.all.mrr, alone.all.mrr);
    EXPECT_EQ(together.with_history.ndcg, alone.with_history.ndcg);
}

}  // namespace
}  // namespace alster
