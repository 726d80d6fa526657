#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>

#include "data/error.hpp"
#include "kernels/exact_row.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "tests/emulation/race_checked.hpp"
#include "tests/kernels/cuda/on_device.hpp"
#include "tests/support/random_problem.hpp"

namespace alster {
namespace {

using test::on_device;
using test::on_host;
using test::Problem;
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

double largest_difference(const HostMatrix& a, const HostMatrix& b)
{
    double largest = 0;
    for (std::size_t k = 0; k < a.values.size(); ++k)
        largest = std::max(largest, std::abs(static_cast<double>(a.values[k]) - b.values[k]));
    return largest;
}

/// One row with every column of a table, or with `more` rows of three entries behind it.
Problem full_row(Row n, Row width, Row more = 0)
{
    Problem problem = random_problem({.rows = 0, .columns = n, .width = width});
    Interactions& R = problem.interactions;
    for (Column k = 0; k < n; ++k) R.columns.push_back(k);
    R.offsets.push_back(n);
    for (Row u = 0; u < more; ++u) {
        for (Column k = 0; k < 3; ++k) R.columns.push_back(7 * k);
        R.offsets.push_back(R.offsets.back() + 3);
    }
    return problem;
}

/// Whether the device gives the rows of fp64 within `bound` an element, and their parts of the objective: of terms
/// whose scores are right to `bound`, and of squares of elements.
void expect_reference(const Problem& problem, const CudaOptions& options, double bound)
{
    const Row width = problem.fixed.width;
    HostMatrix expected(problem.interactions.rows(), width);
    HostMatrix actual(problem.interactions.rows(), width);
    const auto oracle = ReferenceBackend().solve(problem.interactions, problem.fixed, objective_of(width), expected);
    const auto report =
        solve_on_device(CudaBackend(0, options), problem.interactions, problem.fixed, objective_of(width), actual);
    SCOPED_TRACE(fmt::format("width {}, {} columns, {}", width, problem.fixed.rows, name(options.precision)));
    EXPECT_LE(largest_difference(expected, actual), bound);
    for (Row u = 0; u < problem.interactions.rows(); ++u) {
        EXPECT_NEAR(oracle.residuals[u], report.residuals[u], 4 * bound * (1 + oracle.residuals[u])) << "row " << u;
        EXPECT_NEAR(oracle.penalties[u], report.penalties[u], 4 * bound * (1 + oracle.penalties[u])) << "row " << u;
    }
}

/// The systems here are well conditioned (entries of y have variance 0.09): elements of x are some 0.1 and right to a
/// few eps of the precision.
double error_of(Precision precision) { return precision == Precision::bf16 ? 0x1p-7 : 1e-5; }

/// A row that is assembled in one way, by its table's columns and width.
struct Assembled {
    const char* name;
    Row n;
    Row width;
    Offset entries_per_chunk = alster::entries_per_chunk;
};

constexpr Assembled every_way[] = {{"dual", 20, 24},
                                   {"primal", 64, 24},
                                   {"chunks", 400, 24, 96},
                                   {"primal, bin 3", 130, 140},
                                   {"large primal", 240, 257},
                                   {"large dual", 260, 300},
                                   {"chunks of a large system", 240, 257, 96}};

TEST(Cuda, GramianRotationAndLargestAreThoseOfReference)
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

TEST(Cuda, GramiansOfWideRowsAreThoseOfReference)
{
    if (sanitized()) GTEST_SKIP() << "too large for a sanitized build";
    for (const Row width : {1024, 2048}) {
        const HostMatrix Y = random_problem({.rows = 1, .columns = 3, .width = width}).fixed;
        const CudaBackend cuda(0);
        const ReferenceBackend reference;
        const double bound = 3 * std::pow(reference.largest(Y), 2);
        ExactSum expected(triangle_size(width), bound);
        ExactSum actual(triangle_size(width), bound);
        reference.gramian(Y, expected);
        cuda.gramian(on_device(cuda, Y), actual);
        const auto [a, b] = std::pair(expected.values(), actual.values());
        for (std::size_t k = 0; k < a.size(); ++k) ASSERT_NEAR(a[k], b[k], 3 * 0x1p-52 * bound) << width << " " << k;
    }
}

TEST(Cuda, WideRowsAreRotatedInFewerAtATime)
{
    for (const Row width : {1024, 1025, 2048}) {
        if (race_checked()) GTEST_SKIP() << "too large for the race detector";
        HostMatrix Y = random_problem({.rows = 1, .columns = 9, .width = width}).fixed;
        Spectrum reversal{std::vector<double>(width, 1.0), std::vector<double>(width * width)};
        for (Row a = 0; a < width; ++a) reversal.vectors[a * width + width - 1 - a] = 1;
        const CudaBackend cuda(0);
        auto device = on_device(cuda, Y);
        cuda.rotate(device, reversal);
        for (Row r = 0; r < Y.rows; ++r) std::reverse(Y.row(r), Y.row(r) + width);
        EXPECT_EQ(Y.values, on_host(cuda, device).values) << width;
    }
}

TEST(Cuda, WhatDoesNotFitIsRefusedWithTheFigures)
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

TEST(Cuda, StreamedInteractionsGiveTheBitsOfResidentOnes)
{
    const auto problem = random_problem({.rows = 60, .columns = 150, .width = 20});
    HostMatrix resident(60, 20);
    const HostMatrix zero(60, 20);
    const CudaBackend roomy(0);
    ASSERT_TRUE(roomy.load(problem.interactions, 20).resident);
    solve_on_device(roomy, problem.interactions, problem.fixed, objective_of(20), resident);

    // bytes beside the matrices: less than two thirds of the interactions, more than two of its rows
    const CudaBackend tight(0, {.memory_limit = 60000 + (problem.fixed.values.size() + 60 * 20) * sizeof(float)});
    const auto Y = on_device(tight, problem.fixed);
    auto X = on_device(tight, zero);
    const auto shard = tight.load(problem.interactions, 20);
    ASSERT_FALSE(shard.resident);
    EXPECT_GT(shard.plan.batches.size(), 2U);
    (void)tight.solve(shard, Y, objective_of(20), X);
    EXPECT_EQ(resident.values, on_host(tight, X).values);
}

TEST(Cuda, LongRowsAreAssembledInChunks)
{
    // a width of each bin, the last of large systems; under the race detector a row of three chunks
    const Offset chunk = 96;
    for (const Row width : {8, 40, 70, 200, 260}) {
        if (race_checked() && width == 200) continue;
        const auto problem = full_row((race_checked() ? 2 : 4) * chunk + 50, width, 1);
        for (const auto precision : {Precision::fp32, Precision::tf32x3, Precision::bf16}) {
            if (race_checked() && width > 40 && precision != Precision::fp32) continue;
            expect_reference(problem, {.precision = precision, .entries_per_chunk = chunk}, error_of(precision));
        }
        const CudaBackend cuda(0, {.entries_per_chunk = chunk});
        EXPECT_EQ(race_checked() ? 3 : 5, cuda.load(problem.interactions, width).plan.most_chunks);
    }
}

TEST(Cuda, NoBlockAssemblesMoreThanAChunk)
{
    if (race_checked()) GTEST_SKIP() << "too large for the race detector";
    for (const auto& [n, chunks] : {std::pair<Row, Row>{entries_per_chunk, 0}, {2 * entries_per_chunk + 1, 3}}) {
        const auto problem = full_row(n, 5);
        EXPECT_EQ(chunks, CudaBackend(0).load(problem.interactions, 5).plan.most_chunks);
        expect_reference(problem, {}, error_of(Precision::tf32x3));
    }
}

TEST(Cuda, LargestSystemsInSharedMemoryAndTheNextLargerOnes)
{
    // bin 3 and the least that does not fit into shared memory, 9 tiles along a side: a primal row and a dual one each
    for (const auto& [n, width] : {std::pair<Row, Row>{120, 130}, {135, 160}, {232, 257}, {257, 300}})
        for (const auto precision : {Precision::fp32, Precision::tf32x3, Precision::bf16}) {
            if (race_checked() && precision != Precision::fp32 && (width > 130 || precision == Precision::tf32x3))
                continue;
            expect_reference(full_row(n, width), {.precision = precision}, error_of(precision));
        }
}

/// Widths around the limits of others.
class WideRows : public testing::TestWithParam<std::tuple<Row, Precision>> {};

TEST_P(WideRows, AreThoseOfReferenceInBothForms)
{
    if (sanitized()) GTEST_SKIP() << "too large for a sanitized build";
    const auto [width, precision] = GetParam();
    // a dual row in shared memory, one that is a large system, and a primal one
    for (const Row n : {Row{100}, Row{260}, width * 7 / 8 + 1})
        expect_reference(full_row(n, width), {.precision = precision}, error_of(precision));
}

INSTANTIATE_TEST_SUITE_P(Cuda, WideRows,
                         testing::Combine(testing::Values(1023, 1024, 1025, 2048),
                                          testing::Values(Precision::fp32, Precision::tf32x3, Precision::bf16)),
                         [](const auto& p) {
                             return fmt::format("{}_{}", name(std::get<1>(p.param)), std::get<0>(p.param));
                         });

TEST(Cuda, RowThatFp32CannotFactorIsSolvedAgainInFp64HoweverItWasAssembled)
{
    for (const auto& way : every_way) {
        if (race_checked() && way.n > 64) continue;
        auto problem = full_row(way.n, way.width);
        for (auto& y : problem.fixed.values) y = 1;  // singular but for λ, which fp32 cannot see beside n
        const RowObjective objective{.base = std::vector<double>(way.width), .lambda = 1e-9};
        HostMatrix expected(1, way.width);
        HostMatrix actual(1, way.width);
        (void)solve_exact_rows(problem.interactions, problem.fixed.table(), objective, expected.values);
        const CudaBackend cuda(0, {.precision = Precision::fp32, .entries_per_chunk = way.entries_per_chunk});
        for (const std::size_t largest : {std::size_t{0}, problem.fixed.values.size()}) {
            cuda.keep_factors_on_host(largest);
            const auto report = solve_on_device(cuda, problem.interactions, problem.fixed, objective, actual);

            EXPECT_EQ(1, report.retried) << way.name;
            EXPECT_EQ(-1, report.failed) << way.name;
            EXPECT_EQ(expected.values, actual.values) << way.name;
        }
    }
}

TEST(Cuda, NanOfTheTableIsReportedInEveryPrecision)
{
    if (race_checked()) GTEST_SKIP() << "other tests look for races in the same rows";
    // the NaN that CUDA makes; rounding it to tf32 by adding half a unit gives −0
    const float nan = std::bit_cast<float>(0x7fffffff);
    for (const auto& way : every_way)
        for (const auto precision : {Precision::fp32, Precision::tf32x3, Precision::bf16}) {
            if (sanitized() && way.width > 24) continue;
            auto problem = full_row(way.n, way.width, 1);
            problem.fixed.row(3)[way.width / 2] = nan;  // not among the columns of the other row
            HostMatrix X(2, way.width);
            const CudaBackend cuda(0, {.precision = precision, .entries_per_chunk = way.entries_per_chunk});
            const auto report = solve_on_device(cuda, problem.interactions, problem.fixed, objective_of(way.width), X);
            EXPECT_EQ(0, report.failed) << way.name << " " << name(precision);
        }
}

TEST(Cuda, ShardWithoutRowsOrInteractions)
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

}  // namespace
}  // namespace alster
