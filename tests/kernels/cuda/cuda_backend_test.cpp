#include <gtest/gtest.h>

#include "data/error.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "tests/emulation/device_side.hpp"
#include "tests/emulation/emulation.hpp"
#include "tests/emulation/race_checked.hpp"
#include "tests/kernels/cuda/on_device.hpp"
#include "tests/support/random_problem.hpp"

namespace alster {
namespace {

using test::on_device;
using test::on_host;
using test::race_checked;
using test::random_problem;
using test::solve_on_device;

RowObjective objective_of(Row width)
{
    RowObjective objective{.base = {}, .lambda = 0.05, .nu = 0.5, .count_offset = 3};
    for (Row a = 0; a < width; ++a) objective.base.push_back(2.0 / static_cast<double>(a + 1));
    return objective;
}

double largest_difference(const HostMatrix& a, const HostMatrix& b)
{
    double largest = 0;
    for (std::size_t k = 0; k < a.values.size(); ++k)
        largest = std::max(largest, std::abs(static_cast<double>(a.values[k]) - b.values[k]));
    return largest;
}

class Cuda : public testing::Test {
protected:
    ~Cuda() override
    {
        emulation::settings = {};
        emulation::options = {};
        EXPECT_EQ(0U, emulation::allocated_bytes());
    }
};

TEST_F(Cuda, NoOrderOfThreadsBlocksOrStreamsChangesTheBits)
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

TEST_F(Cuda, GramianRotationAndLargestAreThoseOfReference)
{
    for (const Row width : {1, 31, 33, 70})
        for (const Row rows : {1, 63, 64, 65, 200}) {
            if (race_checked() && (rows != 65 || width == 31)) continue;
            HostMatrix Y = random_problem({.rows = 1, .columns = rows, .width = width}).fixed;
            const CudaBackend cuda(0);
            const ReferenceBackend reference;
            auto device = on_device(cuda, Y);
            EXPECT_EQ(reference.largest(Y), cuda.largest(device));

            const double bound = static_cast<double>(rows) * std::pow(reference.largest(Y), 2);
            ExactSum expected(triangle_size(width), bound);
            ExactSum actual(triangle_size(width), bound);
            reference.gramian(Y, expected);
            cuda.gramian(device, actual);
            for (std::size_t k = 0; k < triangle_size(width); ++k)
                ASSERT_NEAR(expected.values()[k], actual.values()[k], 64 * 0x1p-52 * bound) << width << " " << rows;

            const Spectrum spectrum = reference.principal_basis(expected.values(), width);
            reference.rotate(Y, spectrum);
            cuda.rotate(device, spectrum);
            // one rounding to fp32 each; sums of w terms in fp64 may fall on either side of it
            EXPECT_LE(largest_difference(Y, on_host(cuda, device)), 0x1p-23 * reference.largest(Y));
        }
}

TEST_F(Cuda, StreamedInteractionsGiveTheBitsOfResidentOnes)
{
    const auto problem = random_problem({.rows = 60, .columns = 150, .width = 20});
    HostMatrix resident(60, 20);
    HostMatrix streamed(60, 20);
    const CudaBackend roomy(0);
    ASSERT_TRUE(roomy.load(problem.interactions, 20).resident);
    solve_on_device(roomy, problem.interactions, problem.fixed, objective_of(20), resident);

    emulation::settings.lazy_streams = true;
    const std::size_t limit = 60000;  // bytes: less than two thirds of the interactions, more than two of its rows
    const CudaBackend tight(0, {.memory_limit = limit});
    const auto shard = tight.load(problem.interactions, 20);
    EXPECT_FALSE(shard.resident);
    EXPECT_GT(shard.plan.batches.size(), 2U);
    const CudaBackend again(0, {.memory_limit = limit + problem.fixed.values.size() * sizeof(float) + 60 * 20 * 4});
    const auto Y = on_device(again, problem.fixed);
    auto X = on_device(again, streamed);
    const auto batches = again.load(problem.interactions, 20);
    ASSERT_FALSE(batches.resident);
    (void)again.solve(batches, Y, objective_of(20), X);
    EXPECT_EQ(resident.values, on_host(again, X).values);
}

TEST_F(Cuda, WhatDoesNotFitIsRefusedWithTheFigures)
{
    const CudaBackend cuda(0, {.memory_limit = 1 << 20});
    try {
        (void)cuda.make_matrix(100000, 64);
        FAIL() << "100000 rows by 64 factors cannot fit into a MiB";
    } catch (const Error& error) {
        EXPECT_EQ(ExitCode::out_of_memory, error.code());
        EXPECT_NE(std::string(error.what()).find("100000 rows by 64 factors needs 0.024 GiB"), std::string::npos)
            << error.what();
    }
}

TEST_F(Cuda, LongRowsAreAssembledInChunks)
{
    // widths of the smallest bin, of a larger one, and of large systems, whose chunks are assembled by other code
    for (const Row width : race_checked() ? std::vector<Row>{8, 40} : std::vector<Row>{8, 40, 260}) {
        const Offset chunk = 96;
        const auto n = static_cast<Column>(4 * chunk + 10);
        auto problem = random_problem({.rows = 1, .columns = n, .width = width});
        Interactions& all = problem.interactions;
        all = {.offsets = {0, n, n + 3}, .columns = {}, .values = {}, .confidences = {}, .preferences = {}};
        for (Column k = 0; k < n; ++k) all.columns.push_back(k);
        for (Column k = 0; k < 3; ++k) all.columns.push_back(7 * k);
        HostMatrix expected(2, width);
        HostMatrix actual(2, width);
        (void)ReferenceBackend().solve(all, problem.fixed, objective_of(width), expected);
        for (const auto precision : {Precision::fp32, Precision::tf32x3}) {
            const CudaBackend cuda(0, {.precision = precision, .entries_per_chunk = chunk});
            EXPECT_EQ(5, cuda.load(all, width).plan.most_chunks);
            const auto report = solve_on_device(cuda, all, problem.fixed, objective_of(width), actual);
            // the system is well conditioned: entries of y have variance 1 / width
            EXPECT_LE(largest_difference(expected, actual), 1e-5) << width;
            EXPECT_EQ(1, report.dual);
        }
    }
}

TEST_F(Cuda, LargeSystemsAreRaceChecked)
{
    // 9 tiles along a side, the least that does not fit into shared memory: a primal row and a dual one
    for (const auto& [width, n] : {std::pair<Row, Offset>{257, 232}, {300, 257}}) {
        auto problem = random_problem({.rows = 1, .columns = n, .width = width});
        problem.interactions = {.offsets = {0, n}, .columns = {}, .values = {}, .confidences = {}, .preferences = {}};
        for (Column k = 0; k < n; ++k) problem.interactions.columns.push_back(k);
        HostMatrix expected(1, width);
        HostMatrix actual(1, width);
        (void)ReferenceBackend().solve(problem.interactions, problem.fixed, objective_of(width), expected);
        solve_on_device(CudaBackend(0, {Precision::fp32}), problem.interactions, problem.fixed, objective_of(width),
                        actual);
        EXPECT_LE(largest_difference(expected, actual), 1e-5) << width;
    }
}

TEST_F(Cuda, RowThatFp32CannotFactorIsSolvedAgainInFp64)
{
    auto problem = random_problem({.rows = 6, .columns = 64, .width = 24, .weighted = false});
    for (auto& y : problem.fixed.values) y = 1;  // every system is singular but for λ
    RowObjective objective{.base = std::vector<double>(24), .lambda = 1e-13};
    HostMatrix expected(6, 24);
    HostMatrix actual(6, 24);

    (void)ReferenceBackend().solve(problem.interactions, problem.fixed, objective, expected);
    const auto report =
        solve_on_device(CudaBackend(0, {Precision::fp32}), problem.interactions, problem.fixed, objective, actual);

    EXPECT_GT(report.retried, 0);
    EXPECT_EQ(-1, report.failed);
}

TEST_F(Cuda, ShardWithoutRowsOrInteractions)
{
    const CudaBackend cuda(0);
    for (const Row rows : {0, 3}) {
        const Interactions none{.offsets = std::vector<Offset>(static_cast<std::size_t>(rows) + 1),
                                .columns = {},
                                .values = {},
                                .confidences = {},
                                .preferences = {}};
        HostMatrix X(rows, 9);
        std::fill(X.values.begin(), X.values.end(), 7.0F);
        const auto report = solve_on_device(cuda, none, HostMatrix(4, 9), objective_of(9), X);
        EXPECT_EQ(static_cast<std::size_t>(rows), report.residuals.size());
        for (const float x : X.values) EXPECT_EQ(0.0F, x);
    }
}

TEST_F(Cuda, MachineWithoutDriverHasNoDevices)
{
    emulation::settings.devices = 0;
    std::string why;
    EXPECT_EQ(0, device_count(why));
    EXPECT_NE(why.find("driver"), std::string::npos) << why;
}

}  // namespace
}  // namespace alster
