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
                expect_equal(top_k(Q.table(), Y.table(), &seen, k), reference_top_k(Q.table(), Y.table(), &seen, k));
                expect_equal(top_k(Q.table(), Y.table(), nullptr, k),
                             reference_top_k(Q.table(), Y.table(), nullptr, k));
            }
}

TEST(TopK, ListsAreDeepEvenWhereKAndSeenItemsExceed1024)
{
    const auto Q = whole_numbers(3, 9, 3);
    const auto Y = whole_numbers(5000, 9, 4);
    const auto seen = random_seen(3, 5000, 0.5);
    expect_equal(top_k(Q.table(), Y.table(), &seen, 1500), reference_top_k(Q.table(), Y.table(), &seen, 1500));
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
        const auto fast = top_k(Q.table(), Y.table(), &seen, 50);
        const auto exact = reference_top_k(Q.table(), Y.table(), &seen, 50);
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
    const auto list = top_k(Q.table(), Y.table(), nullptr, 4);
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
    const auto list = top_k(Q.table(), Y.table(), &seen, 4);
    constexpr float none = -std::numeric_limits<float>::infinity();
    EXPECT_THAT(list.items, ElementsAre(2, 0, -1, -1));
    EXPECT_THAT(list.scores, ElementsAre(7, 5, none, none));
    EXPECT_THAT(list.filled, ElementsAre(2));
}

TEST(TopK, ARowHasTheSameBitsWhicheverBlocksComeWithIt)
{
    const auto Q = real_numbers(200, 37, 8);
    const auto Y = real_numbers(900, 37, 9);
    const auto all = top_k(Q.table(), Y.table(), nullptr, 20);
    for (const Row first : {64, 128}) {
        const FactorTable tail{std::span(Q.values).subspan(first * 37), 200 - first, 37};
        const auto part = top_k(tail, Y.table(), nullptr, 20);
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
            EXPECT_THROW((void)top_k(Q.table(), Y.table(), nullptr, 3), Error) << bad << " at " << at;
        }
    auto Q = real_numbers(1, 1, 12);
    auto Y = real_numbers(2, 1, 13);
    Q.values[0] = 1;
    Y.values[1] = -std::numeric_limits<float>::infinity();
    EXPECT_THROW((void)top_k(Q.table(), Y.table(), nullptr, 2), Error);
}

}  // namespace
}  // namespace alster
