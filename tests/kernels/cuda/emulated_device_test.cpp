#include <gtest/gtest.h>

#include "kernels/reference/reference_backend.hpp"
#include "tests/emulation/device_side.hpp"
#include "tests/emulation/emulation.hpp"
#include "tests/emulation/race_checked.hpp"
#include "tests/kernels/cuda/on_device.hpp"
#include "tests/support/random_problem.hpp"

// What only an emulated device can show: other orders, other devices, and what is left behind.
namespace alster {
namespace {

using test::on_device;
using test::on_host;
using test::race_checked;
using test::random_problem;
using test::sanitized;
using test::solve_on_device;

RowObjective objective_of(Row width)
{
    RowObjective objective{.base = {}, .lambda = 0.05, .nu = 0.5, .count_offset = 3};
    for (Row a = 0; a < width; ++a) objective.base.push_back(2.0 / static_cast<double>(a + 1));
    return objective;
}

/// Runs after all tests of the program.
class NothingIsLeft : public testing::Environment {
    void TearDown() override { EXPECT_EQ(0U, emulation::allocated_bytes()); }
};

[[maybe_unused]] const auto* const nothing_is_left = testing::AddGlobalTestEnvironment(new NothingIsLeft);

class EmulatedDevice : public testing::Test {
protected:
    ~EmulatedDevice() override
    {
        emulation::settings = {};
        emulation::options = {};
    }
};

TEST_F(EmulatedDevice, NoOrderOfThreadsBlocksOrStreamsChangesTheBits)
{
    // widths of each bin, the large one too
    for (const Row width : race_checked() ? std::vector<Row>{5, 40, 100} : std::vector<Row>{5, 40, 100, 200, 300})
        for (const auto precision : {Precision::fp32, Precision::tf32x3, Precision::bf16}) {
            const auto problem = random_problem({.rows = race_checked() ? 3 : 10, .columns = 150, .width = width});
            HostMatrix first(problem.interactions.rows(), width);
            emulation::options = {};
            solve_on_device(CudaBackend(0, {precision}), problem.interactions, problem.fixed, objective_of(width),
                            first);
            for (const auto order : {emulation::Order::reverse, emulation::Order::random}) {
                if (race_checked() && order == emulation::Order::reverse) continue;
                emulation::options.order = order;
                emulation::options.seed = static_cast<std::uint64_t>(width);
                emulation::settings.lazy_streams = !emulation::settings.lazy_streams;
                HostMatrix again(problem.interactions.rows(), width);
                solve_on_device(CudaBackend(0, {precision}), problem.interactions, problem.fixed, objective_of(width),
                                again);
                ASSERT_EQ(first.values, again.values) << "width " << width << " " << name(precision);
            }
        }
}

TEST_F(EmulatedDevice, FactorsInHostMemoryAreWaitedFor)
{
    const auto problem = random_problem({.rows = 60, .columns = 150, .width = 20});
    Spectrum spectrum{std::vector<double>(20, 1.0), std::vector<double>(400, 0.25)};
    for (std::size_t k = 0; k < 400; k += 21) spectrum.vectors[k] = 2;  // else all columns are equal, and rows retried
    const auto solve = [&](std::size_t largest) {
        const CudaBackend cuda(0);
        cuda.keep_factors_on_host(largest);
        auto Y = on_device(cuda, problem.fixed);
        auto X = on_device(cuda, HostMatrix(60, 20));
        const auto shard = cuda.load(problem.interactions, 20);
        cuda.rotate(Y, spectrum);
        (void)cuda.solve(shard, Y, objective_of(20), X);
        ExactSum G(triangle_size(20), 1e6);
        cuda.gramian(X, G);
        return std::pair(on_host(cuda, X).values, G.values());
    };
    const auto expected = solve(0);
    for (const bool lazy : {false, true}) {
        emulation::settings.lazy_streams = lazy;
        EXPECT_EQ(expected, solve(problem.fixed.values.size())) << lazy;
    }
}

TEST_F(EmulatedDevice, StreamedInteractionsAreWaitedFor)
{
    const auto problem = random_problem({.rows = 60, .columns = 150, .width = 20});
    const std::size_t limit = 60000 + (problem.fixed.values.size() + 60 * 20) * sizeof(float);
    HostMatrix at_once(60, 20);
    for (const bool lazy : {false, true}) {
        emulation::settings.lazy_streams = lazy;
        const CudaBackend tight(0, {.memory_limit = limit});
        const auto Y = on_device(tight, problem.fixed);
        auto X = on_device(tight, HostMatrix(60, 20));
        const auto shard = tight.load(problem.interactions, 20);
        ASSERT_FALSE(shard.resident);
        (void)tight.solve(shard, Y, objective_of(20), X);
        if (lazy)
            EXPECT_EQ(at_once.values, on_host(tight, X).values);
        else
            at_once = on_host(tight, X);
    }
}

TEST_F(EmulatedDevice, InteractionsAreUnlockedBeforeTheyAreFreed)
{
    const auto problem = random_problem({.rows = 60, .columns = 150, .width = 20});
    const CudaBackend tight(0, {.memory_limit = 60000});
    auto shard = tight.load(problem.interactions, 20);
    ASSERT_FALSE(shard.resident);
    shard = {};  // as training does when it has ended
    EXPECT_EQ(0, shard.rows());
    shard = tight.load(problem.interactions, 20);
    EXPECT_EQ(60, shard.rows());
}

TEST_F(EmulatedDevice, BlocksWithLessSharedMemorySolveTheSameRows)
{
    if (race_checked()) GTEST_SKIP() << "too large for the race detector";
    // what an A10, L40S or RTX has, an A100, and an H100; rows of bin 3 in both forms, and large ones with many factors
    for (const std::size_t kib : {99, 163, 227}) {
        if (sanitized() && kib != 99) continue;
        emulation::settings.shared_bytes = kib << 10;
        for (const auto& [columns, width] : {std::pair<Row, Row>{240, 256}, {150, 200}, {230, 2048}, {260, 2048}}) {
            auto problem = random_problem({.rows = 3, .columns = columns, .width = width});
            HostMatrix expected(3, width);
            HostMatrix actual(3, width);
            (void)ReferenceBackend().solve(problem.interactions, problem.fixed, objective_of(width), expected);
            const CudaBackend cuda(0, {Precision::fp32});
            solve_on_device(cuda, problem.interactions, problem.fixed, objective_of(width), actual);
            for (std::size_t k = 0; k < expected.values.size(); ++k)
                ASSERT_NEAR(expected.values[k], actual.values[k], 1e-4) << kib << " KiB, width " << width;
            const auto bin = cuda.load(problem.interactions, width).plan.batches[0].launches[0].bin;
            EXPECT_EQ(kib == 99 || columns == 260 ? large_bin : 3, bin) << kib << " KiB, width " << width;
        }
    }
}

TEST_F(EmulatedDevice, ScorerKeepsItsMemoryFromBatchToBatch)
{
    const auto problem = random_problem({.rows = 20, .columns = 30, .width = 8});
    const CudaBackend cuda(0);
    const Scorer scorer = cuda.scorer(problem.fixed.table());
    const FactorTable queries = problem.fixed.table();
    Interactions nothing_seen;
    nothing_seen.offsets.resize(static_cast<std::size_t>(queries.rows) + 1);
    const TopK first = scorer(queries, {.excluded = &nothing_seen}, 7);
    const std::size_t before = emulation::allocations();
    const TopK smaller = scorer(queries, {}, 5);
    const TopK again = scorer(queries, {.excluded = &nothing_seen}, 7);
    EXPECT_EQ(before, emulation::allocations());
    EXPECT_EQ(first.items, again.items);
    for (Row r = 0; r < queries.rows; ++r)
        for (Row n = 0; n < 5; ++n) EXPECT_EQ(first.items[r * 7 + n], smaller.items[r * 5 + n]);
}

TEST_F(EmulatedDevice, LongRowsTakeTurnsWhereTheirSystemsDoNotFitTogether)
{
    // four long rows of three chunks each, of 68 KiB a chunk
    const Row width = 130;
    const Row n = 300;
    auto problem = random_problem({.rows = 0, .columns = n, .width = width});
    for (Row u = 0; u < 4; ++u) {
        for (Column k = 0; k < n; ++k) problem.interactions.columns.push_back(k);
        problem.interactions.offsets.push_back((u + 1) * n);
    }
    const CudaOptions roomy{.precision = Precision::fp32, .entries_per_chunk = 120};
    HostMatrix together(4, width);
    HostMatrix by_turns(4, width);
    solve_on_device(CudaBackend(0, roomy), problem.interactions, problem.fixed, objective_of(width), together);
    CudaOptions tight = roomy;
    tight.memory_limit = std::size_t{3} << 19;
    const CudaBackend cuda(0, tight);
    EXPECT_LT(cuda.load(problem.interactions, width).plan.most_chunks, 12);
    solve_on_device(cuda, problem.interactions, problem.fixed, objective_of(width), by_turns);
    EXPECT_EQ(together.values, by_turns.values);
}

TEST_F(EmulatedDevice, AHalfStepWaitsOnceAndAsksNothingAboutKernelsAgain)
{
    // rows of one bin and two forms, a long one among them, and one without interactions
    auto problem = random_problem({.rows = 10, .columns = 150, .width = 20});
    for (Column k = 0; k < 150; ++k) problem.interactions.columns.push_back(k);
    problem.interactions.offsets.push_back(problem.interactions.offsets.back() + 150);
    problem.interactions.offsets.push_back(problem.interactions.offsets.back());
    for (std::vector<float>* values : {&problem.interactions.confidences, &problem.interactions.preferences})
        if (!values->empty()) values->resize(problem.interactions.columns.size(), 1.0F);
    const CudaBackend cuda(0, {.entries_per_chunk = 60});
    const Spectrum reversed{std::vector<double>(20, 1.0), [] {
                                std::vector<double> vectors(400);
                                for (std::size_t a = 0; a < 20; ++a) vectors[a * 20 + 19 - a] = 1;
                                return vectors;
                            }()};
    auto Y = on_device(cuda, problem.fixed);
    auto X = on_device(cuda, HostMatrix(problem.interactions.rows(), 20));
    const auto shard = cuda.load(problem.interactions, 20);
    ASSERT_GT(shard.plan.most_chunks, 0);
    const auto half_step = [&] {
        cuda.rotate(Y, reversed);
        return cuda.solve(shard, Y, objective_of(20), X);
    };
    const SolveReport first = half_step();
    (void)half_step();  // the columns of Y back in their order: what follows is the first half-step again
    const std::size_t waits = emulation::waits();
    const std::size_t questions = emulation::questions_of_kernels();
    const SolveReport again = half_step();
    EXPECT_EQ(waits + 2, emulation::waits());  // the rotation and the solve
    EXPECT_EQ(questions, emulation::questions_of_kernels());
    EXPECT_EQ(first.residuals, again.residuals);
    EXPECT_EQ(first.penalties, again.penalties);
}

TEST_F(EmulatedDevice, WithAnOldDeviceOrNoDriverThereIsNoneToUse)
{
    std::string why;
    EXPECT_EQ(1U, usable_devices(why).size());
    emulation::settings.major = 7;
    emulation::settings.minor = 5;
    EXPECT_TRUE(usable_devices(why).empty());
    EXPECT_EQ("emulated device has compute capability 7.5, and 8.0 is needed", why);
    emulation::settings.devices = 0;
    EXPECT_TRUE(usable_devices(why).empty());
    EXPECT_NE(why.find("driver"), std::string::npos) << why;
}

}  // namespace
}  // namespace alster
