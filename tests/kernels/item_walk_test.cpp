#include "kernels/item_walk.hpp"

#include <gmock/gmock.h>
#include <omp.h>

#include <Eigen/Dense>
#include <random>

#include "kernels/cpu/item_walk.hpp"
#include "kernels/reference/item_walk.hpp"

namespace alster {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

Histories histories_of(const std::vector<std::vector<Column>>& users, Row items)
{
    Histories histories;
    histories.counts.resize(items);
    for (const auto& user : users) {
        histories.rows.columns.insert(histories.rows.columns.end(), user.begin(), user.end());
        histories.rows.offsets.push_back(std::ssize(histories.rows.columns));
        histories.steps.push_back(user.empty() ? 0 : 1 / static_cast<double>(user.size()));
        for (const Column item : user) ++histories.counts[item];
    }
    return histories;
}

/// Users of very different lengths; item i is taken the less often the larger i is, the last by nobody.
Histories random_histories(Row users, Row items, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform;
    std::vector<std::vector<Column>> rows(users);
    for (auto& row : rows) {
        const double eager = uniform(random);
        for (Row i = 0; i + 1 < items; ++i)
            if (uniform(random) < eager / (1 + 0.1 * static_cast<double>(i))) row.push_back(static_cast<Column>(i));
    }
    return histories_of(rows, items);
}

void expect_equal(const ItemWalk& a, const ItemWalk& b)
{
    EXPECT_EQ(a.offsets, b.offsets);
    EXPECT_EQ(a.items, b.items);
    EXPECT_EQ(a.weights, b.weights);
}

// users {0,1}, {0,1,2}, {2}, {0,2,3}: Σ 1/n_v of the pairs 01: 5/6, 02: 2/3, 03: 1/3, 12: 1/3, 13: 0, 23: 1/3;
// n_i = 3, 2, 3, 1
TEST(ItemWalk, EqualsWhatIsComputedByHand)
{
    const Histories four = histories_of({{0, 1}, {0, 1, 2}, {2}, {0, 2, 3}}, 4);
    const ItemWalk p3 = cpu_item_walk(four, {.b = 0.5, .most = 50}, {0, 4});
    EXPECT_THAT(p3.offsets, ElementsAre(0, 3, 5, 8, 10));
    EXPECT_THAT(p3.items, ElementsAre(1, 2, 3, 0, 2, 0, 1, 3, 0, 2));
    EXPECT_THAT(p3.weights, ElementsAre(FloatEq(5.0F / 18), FloatEq(2.0F / 9), FloatEq(1.0F / 9), FloatEq(5.0F / 12),
                                        FloatEq(1.0F / 6), FloatEq(2.0F / 9), FloatEq(1.0F / 9), FloatEq(1.0F / 9),
                                        FloatEq(1.0F / 3), FloatEq(1.0F / 3)));
    const ItemWalk symmetric = cpu_item_walk(four, {.b = 0, .most = 2}, {0, 1});
    EXPECT_THAT(symmetric.items, ElementsAre(1, 2));
    EXPECT_THAT(symmetric.weights, ElementsAre(FloatEq(0.34020691F), FloatEq(2.0F / 9)));  // 5/6 / √6, 2/3 / 3
    const ItemWalk rare = cpu_item_walk(four, {.b = -0.5, .most = 50}, {0, 1});
    EXPECT_THAT(rare.items, ElementsAre(1, 3, 2));  // by Σ / n_j: 5/12, 1/3, 2/9
}

TEST(ItemWalk, EqualsTheReferenceToTheLastBit)
{
    for (const Row items : {1, 2, 33, 90})
        for (const Row most : {1, 7, 200}) {
            SCOPED_TRACE(testing::Message() << items << " items, " << most << " neighbours");
            const Histories histories = random_histories(61, items, 3);
            const ItemWalkRule rule{.b = 0.3, .most = most};
            expect_equal(cpu_item_walk(histories, rule, {0, items}), reference_item_walk(histories, rule, {0, items}));
        }
}

TEST(ItemWalk, WithAnExponentOfOneHalfIsTheWalkOfThreeSteps)
{
    constexpr Row users = 50, items = 30;
    const Histories histories = random_histories(users, items, 5);
    Eigen::MatrixXd taken = Eigen::MatrixXd::Zero(users, items);
    for (Row v = 0; v < users; ++v)
        for (const Column item : histories.rows.columns_of(v)) taken(v, item) = 1;
    // item → user → item, each step to one of the neighbours in the graph with equal probability
    const Eigen::VectorXd per_user = taken.rowwise().sum().cwiseMax(1).cwiseInverse();
    const Eigen::VectorXd per_item = taken.colwise().sum().transpose().cwiseMax(1).cwiseInverse();
    const Eigen::MatrixXd p3 = per_item.asDiagonal() * taken.transpose() * per_user.asDiagonal() * taken;
    const ItemWalk walk = cpu_item_walk(histories, {.b = 0.5, .most = items}, {0, items});
    for (Row i = 0; i < items; ++i) {
        Eigen::VectorXd row = Eigen::VectorXd::Zero(items);
        for (std::size_t n = 0; n < walk.items_of(i).size(); ++n) row[walk.items_of(i)[n]] = walk.weights_of(i)[n];
        // rounded to fp32 once, and ten operations in fp64 before
        for (Row j = 0; j < items; ++j)
            EXPECT_NEAR(row[j], i == j ? 0 : p3(i, j), p3(i, j) * (0x1p-24 + users * 0x1p-52)) << i << ' ' << j;
    }
}

TEST(ItemWalk, DependsNeitherOnTheCutOfTheSourcesNorOnThreads)
{
    const Histories histories = random_histories(80, 70, 9);
    const ItemWalkRule rule{.b = 0.1, .most = 6};
    const int threads = omp_get_max_threads();
    const ItemWalk whole = cpu_item_walk(histories, rule, {0, 70});
    for (const int n : {1, 2, 3}) {
        omp_set_num_threads(n);
        ItemWalk joined;
        for (const auto range : {RowRange{0, 1}, RowRange{1, 1}, RowRange{1, 37}, RowRange{37, 70}}) {
            const ItemWalk part = cpu_item_walk(histories, rule, range);
            for (Row i = 0; i < part.rows(); ++i) {
                joined.items.insert(joined.items.end(), part.items_of(i).begin(), part.items_of(i).end());
                joined.weights.insert(joined.weights.end(), part.weights_of(i).begin(), part.weights_of(i).end());
                joined.offsets.push_back(std::ssize(joined.items));
            }
        }
        expect_equal(joined, whole);
    }
    omp_set_num_threads(threads);
}

TEST(ItemWalk, AnItemOfNobodyHasNoNeighboursAndIsNobodys)
{
    const Histories histories = histories_of({{0, 2}, {}, {2}}, 4);
    const ItemWalk walk = cpu_item_walk(histories, {}, {0, 4});
    EXPECT_THAT(walk.offsets, ElementsAre(0, 1, 1, 2, 2));
    EXPECT_THAT(walk.items, ElementsAre(2, 0));
}

}  // namespace
}  // namespace alster
