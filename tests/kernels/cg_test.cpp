#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <random>
#include <string>

#include "data/bf16.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "tests/support/random_problem.hpp"

namespace alster {
namespace {

using test::Problem;
using test::random_problem;

constexpr Row rows = 40;

RowObjective objective_of(Row width, bool biased = false)
{
    RowObjective objective{
        .base = {}, .lambda = 0.05, .nu = 0.5, .count_offset = 3, .biased = biased, .bias_lambda = 0.02};
    for (Row a = 0; a < width; ++a) objective.base.push_back(biased ? 0 : 2.0 / static_cast<double>(a + 1));
    return objective;
}

/// A row's part of the objective by its definition.
double objective_of_row(const Problem& problem, Row u, const RowObjective& objective, const HostMatrix& X)
{
    const Interactions& R = problem.interactions;
    double sum = 0;
    for (Row a = 0; a < X.width; ++a)
        sum += (objective.base[a] + objective.regularization(R.entries(u))) * std::pow(X.row(u)[a], 2);
    for (Offset k = R.offsets[u]; k < R.offsets[u + 1]; ++k) {
        double score = 0;
        for (Row a = 0; a < X.width; ++a)
            score += static_cast<double>(X.row(u)[a]) * problem.fixed.row(R.columns[k])[a];
        const double c = R.confidences.empty() ? 1 : R.confidences[k];
        const double p = R.preferences.empty() ? 1 : R.preferences[k];
        sum += c * std::pow(p - score, 2);
    }
    return sum;
}

HostMatrix random_start(Row width)
{
    HostMatrix X(rows, width);
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0, 0.1F);
    for (float& x : X.values) x = normal(random);
    return X;
}

/// Steps of conjugate gradients, by an instruction set that this machine has, from a table in fp32 or bf16; 83 factors
/// fill no register of any set.
struct Way {
    InstructionSet set;
    Precision precision;
    Row width;
};

class ConjugateGradients : public testing::TestWithParam<Way> {
protected:
    void SetUp() override
    {
        if (GetParam().set > best_instruction_set(GetParam().precision)) GTEST_SKIP() << "not of this CPU";
    }

    /// Its table has the bits of either precision.
    [[nodiscard]] static Problem make_problem(bool weighted)
    {
        auto problem = random_problem({.rows = rows, .columns = 150, .width = GetParam().width, .weighted = weighted});
        for (float& y : problem.fixed.values) y = from_bf16(bf16_bits(y));
        return problem;
    }

    [[nodiscard]] static SolveReport solve(const Problem& problem, const RowObjective& objective, HostMatrix& X,
                                           int steps)
    {
        const CpuBackend backend(GetParam().set, GetParam().precision, entries_per_part_with_cg, steps);
        return backend.solve(backend.load(problem.interactions, X.width), problem.fixed, objective, X);
    }

    static void expect_close(const HostMatrix& expected, const HostMatrix& actual, double tolerance)
    {
        for (Row u = 0; u < expected.rows; ++u) {
            double difference = 0;
            double norm = 0;
            for (Row a = 0; a < expected.width; ++a) {
                difference += std::pow(expected.row(u)[a] - actual.row(u)[a], 2);
                norm += std::pow(expected.row(u)[a], 2);
            }
            EXPECT_LE(std::sqrt(difference), tolerance * std::sqrt(norm)) << "row " << u;
        }
    }

    Row width_ = GetParam().width;
};

TEST_P(ConjugateGradients, AgainAndAgainReachTheExactSolution)
{
    for (const bool biased : {false, true}) {
        const auto problem = make_problem(false);
        const auto objective = objective_of(width_, biased);
        HostMatrix expected(rows, width_);
        const auto oracle = ReferenceBackend().solve(problem.interactions, problem.fixed, objective, expected);

        HostMatrix actual = random_start(width_);
        SolveReport report;
        for (int times = 0; times < 400; ++times) report = solve(problem, objective, actual, 3);

        expect_close(expected, actual, 1e-4);
        for (Row u = 0; u < rows; ++u)
            EXPECT_NEAR(oracle.residuals[u], report.residuals[u], 1e-5 * (1 + oracle.residuals[u])) << "row " << u;
        EXPECT_EQ(0, report.retried);
        EXPECT_GT(report.by_steps, rows / 4);
    }
}

TEST_P(ConjugateGradients, NoStepRaisesTheObjective)
{
    if (GetParam().precision == Precision::bf16) GTEST_SKIP() << "exact rows are rounded, and may be above steps";
    for (const bool weighted : {false, true}) {
        const auto problem = make_problem(weighted);
        const auto objective = objective_of(width_);
        HostMatrix before = random_start(width_);
        for (const int steps : {1, 2, 3, 4}) {
            HostMatrix after = random_start(width_);
            EXPECT_GT(solve(problem, objective, after, steps).by_steps, 0);
            for (Row u = 0; u < rows; ++u) {
                if (problem.interactions.entries(u) == 0) continue;
                const double earlier = objective_of_row(problem, u, objective, before);
                EXPECT_LE(objective_of_row(problem, u, objective, after), earlier * (1 + 16 * 0x1p-23))
                    << "row " << u << " step " << steps;
            }
            before = after;
        }
    }
}

TEST_P(ConjugateGradients, ReportTheLossOfEachRow)
{
    const auto problem = make_problem(true);
    const auto objective = objective_of(width_);
    HostMatrix X = random_start(width_);
    const auto report = solve(problem, objective, X, 2);

    for (Row u = 0; u < rows; ++u) {
        double weighted_norm = 0;  // Σ base x²
        for (Row a = 0; a < width_; ++a) weighted_norm += objective.base[a] * std::pow(X.row(u)[a], 2);
        const double expected = objective_of_row(problem, u, objective, X);
        EXPECT_NEAR(expected, report.residuals[u] + report.penalties[u] + weighted_norm, 80 * 0x1p-23 * (1 + expected))
            << "row " << u;
    }
    EXPECT_EQ(-1, report.failed);
    EXPECT_GT(report.by_steps, rows / 4);
}

TEST_P(ConjugateGradients, ShortRowsAreSolvedExactly)
{
    const auto problem = make_problem(true);
    HostMatrix exact(rows, width_);
    EXPECT_EQ(0, solve(problem, objective_of(width_), exact, 0).by_steps);
    HostMatrix X = random_start(width_);
    (void)solve(problem, objective_of(width_), X, 2);

    int different = 0;
    for (Row u = 0; u < rows; ++u) {
        const bool same = std::equal(exact.row(u), exact.row(u) + width_, X.row(u));
        if (problem.interactions.entries(u) <= 16)
            EXPECT_TRUE(same) << "row " << u;
        else
            different += !same;
    }
    EXPECT_GT(different, rows / 4);
}

TEST_P(ConjugateGradients, ReachTheSolutionWhereNoneAreAskedForAndTheBaseIsStrong)
{
    for (const double base : {0.0, 60.0, 1000.0}) {  // in confidences of 1, and of up to 300; 0: of ratings
        const bool biased = base == 0;
        const auto problem = make_problem(base == 1000.0);
        RowObjective objective = objective_of(width_, biased);
        if (biased) objective.lambda = 5, objective.bias_lambda = 0;
        for (double& of_factor : objective.base) of_factor = base;
        HostMatrix expected(rows, width_);
        const auto oracle = ReferenceBackend().solve(problem.interactions, problem.fixed, objective, expected);

        HostMatrix X(rows, width_);
        const auto report = solve(problem, objective, X, 0);
        const bool forms_are_fast = GetParam().set == InstructionSet::amx;
        EXPECT_GT(report.by_steps, forms_are_fast ? 0 : rows / 8) << base;
        HostMatrix other = random_start(width_);
        (void)solve(problem, objective, other, 0);
        EXPECT_EQ(X.values, other.values) << "depends on what was there";
        if (GetParam().precision == Precision::bf16) continue;  // in which short rows are rounded
        expect_close(expected, X, 4e-6);
        for (Row u = 0; u < rows; ++u)
            EXPECT_NEAR(oracle.residuals[u], report.residuals[u], 1e-5 * (1 + oracle.residuals[u])) << "row " << u;
    }
}

TEST_P(ConjugateGradients, AreNotTriedInVainWhereTheBaseIsWeak)
{
    const auto problem = make_problem(false);
    HostMatrix X(rows, width_);
    EXPECT_EQ(0, solve(problem, objective_of(width_), X, 0).by_steps);
    EXPECT_EQ(0, solve(problem, objective_of(width_, true), X, 0).by_steps);
}

TEST_P(ConjugateGradients, RowsLongerThanAPartGoByStepsToo)
{
    auto problem = random_problem({.rows = 0, .columns = entries_per_part + 100, .width = width_, .weighted = false});
    for (float& y : problem.fixed.values) y = from_bf16(bf16_bits(y));
    Interactions& R = problem.interactions;
    for (Row k = 0; k < problem.fixed.rows; ++k) R.columns.push_back(static_cast<Column>(k));
    R.offsets.push_back(problem.fixed.rows);
    HostMatrix expected(1, width_);
    (void)ReferenceBackend().solve(R, problem.fixed, objective_of(width_), expected);

    HostMatrix X(1, width_);
    SolveReport report;
    for (int times = 0; times < 30; ++times) report = solve(problem, objective_of(width_), X, 3);

    EXPECT_EQ(1, report.by_steps);
    expect_close(expected, X, 1e-4);
}

std::vector<Way> ways()
{
    std::vector<Way> all;
    for (const Row width : {64, 83}) {
        for (const auto set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
            for (const auto precision : {Precision::fp32, Precision::bf16}) all.push_back({set, precision, width});
        all.push_back({InstructionSet::avx512_bf16, Precision::bf16, width});
        all.push_back({InstructionSet::amx, Precision::bf16, width});
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(Cpu, ConjugateGradients, testing::ValuesIn(ways()), [](const auto& way) {
    std::string text = std::string(name(way.param.set)) + name(way.param.precision) + std::to_string(way.param.width);
    std::erase_if(text, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
    return text;
});

TEST(LongRows, KeepTheirPartsWhereStepsAreNoCheaper)
{
    const auto part_for = [](Row width, int steps) {
        return CpuBackend::part_for(width, steps, InstructionSet::generic, Precision::fp32);
    };
    EXPECT_EQ(entries_per_part, part_for(128, 0));
    EXPECT_EQ(entries_per_part, part_for(32, 10));
    EXPECT_EQ(entries_per_part_with_cg, part_for(128, 10));
}

}  // namespace
}  // namespace alster
