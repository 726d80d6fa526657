#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <random>

#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "tests/support/random_problem.hpp"

namespace alster {
namespace {

using test::Problem;
using test::random_problem;

constexpr Row rows = 40;
constexpr Row width = 64;

RowObjective objective_of(bool biased = false)
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
    for (Row a = 0; a < width; ++a)
        sum += (objective.base[a] + objective.regularization(R.entries(u))) * std::pow(X.row(u)[a], 2);
    for (Offset k = R.offsets[u]; k < R.offsets[u + 1]; ++k) {
        double score = 0;
        for (Row a = 0; a < width; ++a) score += static_cast<double>(X.row(u)[a]) * problem.fixed.row(R.columns[k])[a];
        const double c = R.confidences.empty() ? 1 : R.confidences[k];
        const double p = R.preferences.empty() ? 1 : R.preferences[k];
        sum += c * std::pow(p - score, 2);
    }
    return sum;
}

HostMatrix random_start()
{
    HostMatrix X(rows, width);
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0, 0.1F);
    for (float& x : X.values) x = normal(random);
    return X;
}

/// Steps of conjugate gradients, by each instruction set that this machine has.
class ConjugateGradients : public testing::TestWithParam<InstructionSet> {
protected:
    void SetUp() override
    {
        if (GetParam() > best_instruction_set()) GTEST_SKIP() << "not of this CPU";
    }

    [[nodiscard]] SolveReport solve(const Problem& problem, const RowObjective& objective, HostMatrix& X,
                                    int steps) const
    {
        const CpuBackend backend(GetParam(), Precision::fp32, entries_per_part, steps);
        return backend.solve(backend.load(problem.interactions, width), problem.fixed, objective, X);
    }
};

TEST_P(ConjugateGradients, AgainAndAgainReachTheExactSolution)
{
    for (const bool biased : {false, true}) {
        const auto problem = random_problem({.rows = rows, .columns = 150, .width = width, .weighted = false});
        HostMatrix expected(rows, width);
        const auto oracle =
            ReferenceBackend().solve(problem.interactions, problem.fixed, objective_of(biased), expected);

        HostMatrix actual = random_start();
        SolveReport report;
        for (int times = 0; times < 60; ++times) report = solve(problem, objective_of(biased), actual, 3);

        for (Row u = 0; u < rows; ++u) {
            double difference = 0;
            double norm = 0;
            for (Row a = 0; a < width; ++a) difference += std::pow(expected.row(u)[a] - actual.row(u)[a], 2);
            for (Row a = 0; a < width; ++a) norm += std::pow(expected.row(u)[a], 2);
            EXPECT_LE(std::sqrt(difference), 1e-4 * std::sqrt(norm)) << "row " << u;
            EXPECT_NEAR(oracle.residuals[u], report.residuals[u], 1e-5 * (1 + oracle.residuals[u])) << "row " << u;
        }
        EXPECT_EQ(0, report.retried);
    }
}

TEST_P(ConjugateGradients, NoStepRaisesTheObjective)
{
    for (const bool weighted : {false, true}) {
        const auto problem = random_problem({.rows = rows, .columns = 150, .width = width, .weighted = weighted});
        HostMatrix before = random_start();
        for (const int steps : {1, 2, 3, 4}) {
            HostMatrix after = random_start();
            (void)solve(problem, objective_of(), after, steps);
            for (Row u = 0; u < rows; ++u) {
                if (problem.interactions.entries(u) == 0) continue;
                const double earlier = objective_of_row(problem, u, objective_of(), before);
                EXPECT_LE(objective_of_row(problem, u, objective_of(), after), earlier * (1 + 16 * 0x1p-23))
                    << "row " << u << " step " << steps;
            }
            before = after;
        }
    }
}

TEST_P(ConjugateGradients, ReportTheLossOfEachRow)
{
    const auto problem = random_problem({.rows = rows, .columns = 150, .width = width});
    HostMatrix X = random_start();
    const RowObjective objective = objective_of();
    const auto report = solve(problem, objective, X, 2);

    for (Row u = 0; u < rows; ++u) {
        double weighted_norm = 0;  // Σ base x²
        for (Row a = 0; a < width; ++a) weighted_norm += objective.base[a] * std::pow(X.row(u)[a], 2);
        const double expected = objective_of_row(problem, u, objective, X);
        EXPECT_NEAR(expected, report.residuals[u] + report.penalties[u] + weighted_norm, 80 * 0x1p-23 * (1 + expected))
            << "row " << u;
    }
    EXPECT_EQ(-1, report.failed);
}

TEST_P(ConjugateGradients, ShortRowsAreSolvedExactly)
{
    const auto problem = random_problem({.rows = rows, .columns = 150, .width = width});
    HostMatrix exact(rows, width);
    (void)solve(problem, objective_of(), exact, 0);
    HostMatrix X = random_start();
    (void)solve(problem, objective_of(), X, 2);

    int different = 0;
    for (Row u = 0; u < rows; ++u) {
        const bool same = std::equal(exact.row(u), exact.row(u) + width, X.row(u));
        if (problem.interactions.entries(u) <= 16)
            EXPECT_TRUE(same) << "row " << u;
        else
            different += !same;
    }
    EXPECT_GT(different, 0) << "no row was long enough for conjugate gradients";
}

INSTANTIATE_TEST_SUITE_P(Cpu, ConjugateGradients,
                         testing::Values(InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512),
                         [](const auto& set) {
                             switch (set.param) {
                                 case InstructionSet::avx512:
                                     return "Avx512";
                                 case InstructionSet::avx2:
                                     return "Avx2";
                                 default:
                                     return "Generic";
                             }
                         });

}  // namespace
}  // namespace alster
