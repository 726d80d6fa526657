#include "kernels/top_k.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "data/error.hpp"
#include "kernels/reference/top_k.hpp"
#include "tests/emulation/race_checked.hpp"
#include "tests/kernels/candidates.hpp"

namespace alster {
namespace {

using test::top_k;
using testing::ElementsAre;

/// Factors that are small whole numbers: every score is exact in fp32, and there are many ties.
HostMatrix whole_numbers(Row rows, Row width, unsigned seed)
{
    std::mt19937 random(seed);
    HostMatrix matrix(rows, width);
    for (float& value : matrix.values) value = static_cast<float>(static_cast<int>(random() % 5) - 2);
    return matrix;
}

HostMatrix real_numbers(Row rows, Row width, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    HostMatrix matrix(rows, width);
    for (float& value : matrix.values) value = normal(random);
    return matrix;
}

/// Each row has seen about `share` of the items; row 0 none, row 1 all.
Interactions random_seen(Row rows, Row items, double share)
{
    std::mt19937 random(7);
    std::bernoulli_distribution chosen(share);
    Interactions seen;
    for (Row r = 0; r < rows; ++r) {
        for (Row i = 0; i < items; ++i)
            if (r == 1 || (r > 1 && chosen(random))) seen.columns.push_back(static_cast<Column>(i));
        seen.offsets.push_back(static_cast<Offset>(seen.columns.size()));
    }
    return seen;
}

void expect_equal(const TopK& a, const TopK& b)
{
    EXPECT_EQ(a.filled, b.filled);
    EXPECT_EQ(a.items, b.items);
    EXPECT_EQ(a.scores, b.scores);
}

TEST(TopK, EqualsTheReferenceExactlyOnWholeNumbersOfOddSizes)
{
    const bool few = test::race_checked();
    for (const Row rows : few ? std::vector<Row>{130} : std::vector<Row>{0, 1, 31, 33, 65, 130})
        for (const Row items : few ? std::vector<Row>{600} : std::vector<Row>{0, 1, 31, 32, 33, 511, 513, 1100})
            for (const Row k : {1, 10, 600}) {
                SCOPED_TRACE(testing::Message() << rows << " rows, " << items << " items, k = " << k);
                const auto Q = whole_numbers(rows, 5, 1);
                const auto Y = whole_numbers(items, 5, 2);
                const auto seen = random_seen(rows, items, 0.3);
                expect_equal(top_k(Q.table(), Y.table(), {.excluded = &seen}, k),
                             reference_top_k(Q.table(), Y.table(), {.excluded = &seen}, k));
                expect_equal(top_k(Q.table(), Y.table(), {}, k), reference_top_k(Q.table(), Y.table(), {}, k));
            }
}

TEST(TopK, ListsAreDeepEvenWhereKAndSeenItemsExceed1024)
{
    const auto Q = whole_numbers(3, 9, 3);
    const auto Y = whole_numbers(5000, 9, 4);
    const auto seen = random_seen(3, 5000, 0.5);
    expect_equal(top_k(Q.table(), Y.table(), {.excluded = &seen}, 1500),
                 reference_top_k(Q.table(), Y.table(), {.excluded = &seen}, 1500));
}

double largest_norm(const HostMatrix& matrix)
{
    double largest = 0;
    for (Row r = 0; r < matrix.rows; ++r) {
        const float* row = matrix.row(r);
        largest = std::max(largest, std::sqrt(std::inner_product(row, row + matrix.width, row, 0.0)));
    }
    return largest;
}

// A score of w terms is off by at most w·eps·Σ|q||y| ≤ w·eps·‖q‖‖y‖; the n-th best scores then differ by no more, since
// sorted sequences are as close as their elements.
TEST(TopK, ScoresAreWithinRoundingOfTheReference)
{
    for (const Row width : test::race_checked() ? std::vector<Row>{33} : std::vector<Row>{1, 31, 33, 128, 1030}) {
        const auto Q = real_numbers(70, width, 5);
        const auto Y = real_numbers(700, width, 6);
        const auto seen = random_seen(70, 700, 0.1);
        const auto fast = top_k(Q.table(), Y.table(), {.excluded = &seen}, 50);
        const auto exact = reference_top_k(Q.table(), Y.table(), {.excluded = &seen}, 50);
        const double bound = static_cast<double>(width) * 0x1p-24 * largest_norm(Q) * largest_norm(Y);
        ASSERT_EQ(fast.filled, exact.filled);
        for (Row q = 0; q < 70; ++q)
            for (std::size_t n = 0; n < fast.scores_of(q).size(); ++n)
                ASSERT_NEAR(fast.scores_of(q)[n], exact.scores_of(q)[n],
                            bound + 0x1p-24 * std::abs(exact.scores_of(q)[n]));
    }
}

TEST(TopK, TiesGoToTheLowerRow)
{
    const HostMatrix Q = [] {
        HostMatrix m(1, 1);
        m.values = {1};
        return m;
    }();
    HostMatrix Y(2000, 1);
    for (float& value : Y.values) value = 1;
    Y.values[1999] = 2;
    const auto list = top_k(Q.table(), Y.table(), {}, 4);
    EXPECT_THAT(list.items, ElementsAre(1999, 0, 1, 2));
}

TEST(TopK, PadsWhereFewerThanKAreLeft)
{
    const HostMatrix Q = [] {
        HostMatrix m(1, 1);
        m.values = {1};
        return m;
    }();
    const HostMatrix Y = [] {
        HostMatrix m(3, 1);
        m.values = {5, 6, 7};
        return m;
    }();
    const Interactions seen{.offsets = {0, 1}, .columns = {1}, .values = {}, .confidences = {}, .preferences = {}};
    const auto list = top_k(Q.table(), Y.table(), {.excluded = &seen}, 4);
    constexpr float none = -std::numeric_limits<float>::infinity();
    EXPECT_THAT(list.items, ElementsAre(2, 0, -1, -1));
    EXPECT_THAT(list.scores, ElementsAre(7, 5, none, none));
    EXPECT_THAT(list.filled, ElementsAre(2));
}

TEST(TopK, ARowHasTheSameBitsWhicheverBlocksComeWithIt)
{
    const auto Q = real_numbers(200, 37, 8);
    const auto Y = real_numbers(900, 37, 9);
    const auto all = top_k(Q.table(), Y.table(), {}, 20);
    for (const Row first : {64, 128}) {
        const FactorTable tail{std::span(Q.values).subspan(first * 37), 200 - first, 37};
        const auto part = top_k(tail, Y.table(), {}, 20);
        EXPECT_TRUE(std::equal(part.scores.begin(), part.scores.end(), all.scores.begin() + first * 20));
        EXPECT_TRUE(std::equal(part.items.begin(), part.items.end(), all.items.begin() + first * 20));
    }
}

TEST(TopK, RefusesAScoreThatIsNotFinite)
{
    for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()})
        for (const Row at : {0, 700}) {
            auto Q = real_numbers(70, 4, 10);
            auto Y = real_numbers(800, 4, 11);
            Q.values[66 * 4] = 1;
            Y.values[at * 4] = bad;
            EXPECT_THROW((void)top_k(Q.table(), Y.table(), {}, 3), Error) << bad << " at " << at;
        }
    auto Q = real_numbers(1, 1, 12);
    auto Y = real_numbers(2, 1, 13);
    Q.values[0] = 1;
    Y.values[1] = -std::numeric_limits<float>::infinity();
    EXPECT_THROW((void)top_k(Q.table(), Y.table(), {}, 2), Error);
}

/// Row r holds a candidate with probability `share` / (r + 1); the last row holds none.
BitTable random_bits(Row rows, Row columns, double share, unsigned seed)
{
    std::mt19937 random(seed);
    BitTable bits(rows, columns);
    for (Row r = 0; r + 1 < rows; ++r) {
        std::bernoulli_distribution chosen(share / static_cast<double>(r + 1));
        for (Row c = 0; c < columns; ++c) bits.set(r, c, chosen(random));
    }
    return bits;
}

std::vector<std::int32_t> in_turn(Row rows, Row classes)
{
    std::vector<std::int32_t> class_of;
    for (Row r = 0; r < rows; ++r) class_of.push_back(static_cast<std::int32_t>(r % classes));
    return class_of;
}

TEST(TopK, UnderAFilterItEqualsTheReferenceExactly)
{
    const bool few = test::race_checked();
    for (const Row items : few ? std::vector<Row>{300} : std::vector<Row>{1, 15, 16, 31, 33, 500, 513, 1100})
        for (const Row rows : few ? std::vector<Row>{130} : std::vector<Row>{1, 33, 130})
            for (const Row k : {1, 7, 600}) {
                SCOPED_TRACE(testing::Message() << rows << " rows, " << items << " items, k = " << k);
                const auto Q = whole_numbers(rows, 5, 1);
                const auto Y = whole_numbers(items, 5, 2);
                const auto seen = random_seen(rows, items, 0.3);
                const BitTable eligible = random_bits(5, items, 0.9, 3);
                const BitTable groups = random_bits(4, items, 1, 4);
                const auto class_of = in_turn(rows, 5);
                for (const CandidateFilter& filter :
                     {CandidateFilter{.class_of = class_of, .eligible = &eligible},
                      CandidateFilter{.excluded = &seen, .class_of = class_of, .eligible = &eligible},
                      CandidateFilter{.groups = &groups}, CandidateFilter{&seen, class_of, &eligible, &groups}})
                    expect_equal(top_k(Q.table(), Y.table(), filter, k),
                                 reference_top_k(Q.table(), Y.table(), filter, k));
            }
}

TEST(TopK, AFilterLeavesOutAndChangesNothingElse)
{
    const auto Q = real_numbers(40, 17, 20);
    const auto Y = real_numbers(700, 17, 21);
    const BitTable eligible = random_bits(3, 700, 0.5, 22);
    const auto class_of = in_turn(40, 3);
    const auto all = top_k(Q.table(), Y.table(), {}, 700);
    const auto some = top_k(Q.table(), Y.table(), {.class_of = class_of, .eligible = &eligible}, 700);
    for (Row q = 0; q < 40; ++q) {
        std::vector<std::int32_t> items;
        std::vector<float> scores;
        for (Row n = 0; n < 700; ++n)
            if (eligible.at(class_of[q], all.items_of(q)[n])) {
                items.push_back(all.items_of(q)[n]);
                scores.push_back(all.scores_of(q)[n]);
            }
        EXPECT_TRUE(std::ranges::equal(items, some.items_of(q)));
        EXPECT_TRUE(std::ranges::equal(scores, some.scores_of(q)));
    }
}

TEST(TopK, OneEligibleOfManyIsFoundWhereverItIs)
{
    const auto Q = real_numbers(3, 4, 30);
    const auto Y = real_numbers(1000, 4, 31);
    const std::vector<std::int32_t> class_of = {0, 0, 0};
    for (const Row only : {0, 15, 16, 127, 128, 511, 512, 999}) {
        BitTable eligible(1, 1000);
        eligible.set(0, only);
        const auto list = top_k(Q.table(), Y.table(), {.class_of = class_of, .eligible = &eligible}, 5);
        EXPECT_THAT(list.filled, ElementsAre(1, 1, 1));
        EXPECT_EQ(only, list.items_of(2).front());
    }
}

TEST(TopK, OnlyWhatMayBeListedHasToBeFinite)
{
    auto Q = real_numbers(70, 4, 10);
    auto Y = real_numbers(800, 4, 11);
    const std::vector<std::int32_t> class_of(70);
    BitTable eligible(1, 800);
    for (Row i = 0; i < 800; ++i) eligible.set(0, i, i % 2 == 0);
    const CandidateFilter filter{.class_of = class_of, .eligible = &eligible};
    const auto before = top_k(Q.table(), Y.table(), filter, 9);
    for (const float bad :
         {std::nanf(""), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
        Y.values[701 * 4] = bad;
        expect_equal(before, top_k(Q.table(), Y.table(), filter, 9));
        std::swap(Y.values[701 * 4], Y.values[700 * 4]);
        EXPECT_THROW((void)top_k(Q.table(), Y.table(), filter, 9), Error) << bad;
        std::swap(Y.values[701 * 4], Y.values[700 * 4]);
    }
}

TEST(TopK, AFilterThatDoesNotFitIsRefused)
{
    const auto Q = real_numbers(2, 4, 10);
    const auto Y = real_numbers(8, 4, 11);
    const BitTable eligible(2, 8);
    const BitTable others(2, 9);
    for (const auto& class_of : {std::vector<std::int32_t>{0}, {0, 2}, {0, -1}})
        EXPECT_THROW((void)top_k(Q.table(), Y.table(), {.class_of = class_of, .eligible = &eligible}, 3), Error);
    const std::vector<std::int32_t> class_of = {0, 1};
    EXPECT_THROW((void)top_k(Q.table(), Y.table(), {.class_of = class_of, .eligible = &others}, 3), Error);
    EXPECT_THROW((void)top_k(Q.table(), Y.table(), {.groups = &others}, 3), Error);
}

/// Whole numbers for about `share` of the candidates of each row; row 0 has none, row 1 all.
ScoreAddends whole_addends(Row rows, Row items, double share, unsigned seed)
{
    std::mt19937 random(seed);
    std::bernoulli_distribution chosen(share);
    ScoreAddends added;
    for (Row r = 0; r < rows; ++r) {
        for (Row i = 0; i < items; ++i)
            if (r == 1 || (r > 1 && chosen(random))) {
                added.candidates.push_back(static_cast<Column>(i));
                added.values.push_back(static_cast<float>(static_cast<int>(random() % 31) - 10));
            }
        added.offsets.push_back(std::ssize(added.candidates));
    }
    return added;
}

TEST(TopK, WithAddendsItEqualsTheReferenceExactly)
{
    const bool few = test::race_checked();
    for (const Row items : few ? std::vector<Row>{300} : std::vector<Row>{1, 33, 129, 513})
        for (const Row rows : few ? std::vector<Row>{130} : std::vector<Row>{1, 130})
            for (const Row k : few ? std::vector<Row>{7} : std::vector<Row>{7, 600}) {
                SCOPED_TRACE(testing::Message() << rows << " rows, " << items << " items, k = " << k);
                const auto Q = whole_numbers(rows, 5, 1);
                const auto Y = whole_numbers(items, 5, 2);
                const auto seen = random_seen(rows, items, 0.3);
                const BitTable groups = random_bits(4, items, 1, 4);
                const auto added = whole_addends(rows, items, 0.2, 5);
                for (const CandidateFilter& filter :
                     {CandidateFilter{}, CandidateFilter{.excluded = &seen}, CandidateFilter{.groups = &groups}})
                    expect_equal(top_k({Q.table(), &added}, Y.table(), filter, k),
                                 reference_top_k({Q.table(), &added}, Y.table(), filter, k));
            }
}

TEST(TopK, WhereNothingIsAddedNoBitChanges)
{
    const auto Q = real_numbers(40, 17, 20);
    const auto Y = real_numbers(700, 17, 21);
    const auto alone = top_k(Q.table(), Y.table(), {}, 700);
    ScoreAddends added{.offsets = std::vector<Offset>(41), .candidates = {}, .values = {}};
    expect_equal(top_k({Q.table(), &added}, Y.table(), {}, 700), alone);
    added.candidates = {3, 640};
    added.values = {0.5F, -2.0F};
    std::fill(added.offsets.begin() + 8, added.offsets.end(), 2);  // of row 7
    const auto some = top_k({Q.table(), &added}, Y.table(), {}, 700);
    for (Row q = 0; q < 40; ++q) {
        std::vector<Scored> expected;
        for (Row n = 0; n < 700; ++n) {
            const auto item = alone.items_of(q)[n];
            expected.push_back({alone.scores_of(q)[n] + added.of(q, item), item});
        }
        std::sort(expected.begin(), expected.end());
        for (Row n = 0; n < 700; ++n) {
            ASSERT_EQ(some.items_of(q)[n], expected[n].item) << q << ' ' << n;
            ASSERT_EQ(some.scores_of(q)[n], expected[n].score) << q << ' ' << n;
        }
    }
}

TEST(TopK, AddendsThatDoNotFitOrAreNotFiniteAreRefused)
{
    const auto Q = real_numbers(2, 4, 10);
    const auto Y = real_numbers(8, 4, 11);
    const auto refused = [&](const ScoreAddends& added) {
        EXPECT_THROW((void)top_k({Q.table(), &added}, Y.table(), {}, 3), Error);
    };
    refused({.offsets = {0, 1}, .candidates = {0}, .values = {1}});
    refused({.offsets = {0, 1, 1}, .candidates = {8}, .values = {1}});
    refused({.offsets = {0, 1, 1}, .candidates = {-1}, .values = {1}});
    refused({.offsets = {0, 0, 1}, .candidates = {7}, .values = {std::nanf("")}});
}

}  // namespace
}  // namespace alster
