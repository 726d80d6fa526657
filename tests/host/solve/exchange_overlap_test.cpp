#include <gmock/gmock.h>

#include <chrono>
#include <numeric>
#include <thread>

#include "host/sharding/batches.hpp"
#include "host/solve/exchange_thread.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/row_cost.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

constexpr Row users = 700;
constexpr Row items = 150;
constexpr Row width = 9;

double cost_of(const Interactions& interactions, RowRange rows)
{
    double cost = 0;
    for (Row r = rows.first; r < rows.last; ++r) cost += RowCost(width)(interactions.entries(r));
    return cost;
}

TEST(GrowingBatches, EachCostsAboutAsMuchAsAllBeforeIt)
{
    Interactions even;
    for (Row r = 1; r <= 5000; ++r) even.offsets.push_back(3 * r);
    const auto batches = growing_batches(even, width);

    ASSERT_EQ(8, std::ssize(batches));
    double before = cost_of(even, batches[0]);
    EXPECT_NEAR(1.0 / 128, before / cost_of(even, {0, 5000}), 16.0 / 5000);
    for (std::size_t n = 1; n < batches.size(); ++n) {
        EXPECT_EQ(batches[n - 1].last, batches[n].first);
        EXPECT_NEAR(1, cost_of(even, batches[n]) / before, 0.7);  // the first are but a few times 16 rows
        before += cost_of(even, batches[n]);
    }
    EXPECT_EQ((RowRange{0, 5000}), (RowRange{batches.front().first, batches.back().last}));
}

TEST(GrowingBatches, AFewRowsAreFewBatches)
{
    Interactions some;
    EXPECT_TRUE(growing_batches(some, width).empty());
    for (const Row rows : {1, 16, 17, 100}) {
        while (some.rows() < rows) some.offsets.push_back(some.entries() + some.rows() % 5);
        const auto batches = growing_batches(some, width);
        EXPECT_LE(std::ssize(batches), (rows + 15) / 16);
        EXPECT_EQ(rows, batches.back().last);
    }
}

TEST(ExchangeThread, AWaiterGoesOnWhenItsStageHasCome)
{
    std::atomic<bool> solved = false;
    ExchangeThread exchange([&](const StagesArrived& arrived) {
        arrived(1);
        while (!solved) std::this_thread::yield();  // stage 2 comes only when what stages 0 and 1 allow is done
        arrived(2);
    });
    EXPECT_TRUE(exchange.wait_for(0));
    EXPECT_TRUE(exchange.wait_for(1));
    solved = true;
    EXPECT_TRUE(exchange.wait_for(2));
    exchange.finish();
}

TEST(ExchangeThread, AFailureFreesTheWaitersAndEndsWithItsMessage)
{
    ExchangeThread exchange([](const StagesArrived& arrived) {
        arrived(0);
        throw Error(ExitCode::unavailable, "the cable is out");
    });
    EXPECT_TRUE(exchange.wait_for(0));
    EXPECT_FALSE(exchange.wait_for(1));
    EXPECT_EQ("the cable is out", test::message_of([&] { exchange.finish(); }));
}

/// Rows come late, or not at all.
struct Troubled : CpuBackend {
    std::chrono::milliseconds delay{0};
    bool fails = false;

    void exchange(const Matrix& mine, Matrix& table, std::size_t staging, auto&& f) const
    {
        CpuBackend::exchange(mine, table, staging, [&](RowBuffers rows) {
            rows.arrived = [this](RowRange) { std::this_thread::sleep_for(delay); };
            if (fails) rows.pack = [](auto, auto) { throw Error(ExitCode::unavailable, "the cable is out"); };
            f(rows);
        });
    }
};
static_assert(Backend<Troubled> && Troubled::most_batches > 1);

class Overlap : public testing::Test {
protected:
    Overlap()
    {
        options.objective.factors = width;
        options.sweeps = 2;
        options.solve.exchange.kind = ExchangeKind::need_only;
    }

    void SetUp() override
    {
        if (ranks.size() == 1) GTEST_SKIP() << "nothing moves on one rank";
    }

    [[nodiscard]] test::Trained trained(const auto& backend) const
    {
        return test::train(ranks, backend, options, users, items, by_user, by_item);
    }

    Communicator ranks;
    TrainOptions options = test::options_without_data();
    Interactions by_user = test::planted_interactions(users, items);
    Interactions by_item = test::transposed(by_user, items);
};

TEST_F(Overlap, LateRowsChangeNothing)
{
    Troubled late;
    late.delay = std::chrono::milliseconds(1 + ranks.rank());
    const auto expected = trained(CpuBackend());
    const auto actual = trained(late);
    EXPECT_EQ(expected.users.values, actual.users.values);
    EXPECT_EQ(expected.items.values, actual.items.values);
    EXPECT_EQ(expected.objectives, actual.objectives);
}

TEST_F(Overlap, AFailedExchangeEndsTheHalfStepWithItsMessage)
{
    Troubled broken;
    broken.fails = true;
    EXPECT_EQ("the cable is out", test::message_of([&] { (void)trained(broken); }));
}

TEST_F(Overlap, AHalfStepSaysWhatCameAndWhatWasWaitedFor)
{
    const auto half_step = [&](Wire wire, std::chrono::milliseconds delay) {
        options.solve.exchange.wire = wire;
        Troubled backend;
        backend.delay = delay;
        const Share user_share{RowPartition::even(users, rows_per_chunk, ranks.size()), {}};
        const Share item_share{RowPartition::even(items, rows_per_chunk, ranks.size()), {}};
        auto sides =
            make_sides(ranks, backend, options.objective, options.solve,
                       {user_share, test::own_interactions(by_user, user_share, ranks.rank(), options.objective)},
                       {item_share, test::own_interactions(by_item, item_share, ranks.rank(), options.objective)});
        EXPECT_GT(sides.items.exchange->stages(), 2);
        EXPECT_GE(ranks.max(sides.users.exchange->received().all), 1);
        Solver solver(ranks, backend, options.objective);
        solver.begin_with(sides.items);
        HalfStep step = solver.half_step(sides.users, sides.items);
        step.gather(ranks);
        EXPECT_EQ(step.received_bytes, sides.items.volumes.need_only * row_bytes(wire, width));
        return step;
    };
    const HalfStep step = half_step(Wire::fp32, std::chrono::milliseconds(0));
    EXPECT_GT(step.first_stage_bytes, 0);
    EXPECT_LT(step.first_stage_bytes, step.received_bytes);
    const HalfStep rounded = half_step(Wire::bf16, std::chrono::milliseconds(20));
    EXPECT_EQ(step.received_bytes, 2 * rounded.received_bytes);
    EXPECT_EQ(step.first_stage_bytes, 2 * rounded.first_stage_bytes);
    EXPECT_GT(rounded.waited_s, 0.02);
    EXPECT_GE(rounded.exchange_s, 0.02);
}

}  // namespace
}  // namespace alster
