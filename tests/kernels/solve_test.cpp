#include <gtest/gtest.h>
#include <omp.h>

#include <Eigen/Dense>
#include <cctype>
#include <iomanip>
#include <iostream>
#include <limits>
#include <sstream>

#include "kernels/reference/reference_backend.hpp"
#include "tests/kernels/candidates.hpp"

namespace alster {
namespace {

using test::Candidate;
using test::Problem;
using test::ProblemShape;
using test::random_problem;

RowObjective objective_of(Row width, bool biased = false)
{
    RowObjective objective{
        .base = {}, .lambda = 0.05, .nu = 0.5, .count_offset = 3, .biased = biased, .bias_lambda = 0.02};
    for (Row a = 0; a < width; ++a) objective.base.push_back(biased ? 0 : 2.0 / static_cast<double>(a + 1));
    return objective;
}

Eigen::VectorXd row_of(const HostMatrix& X, Row u)
{
    return Eigen::Map<const Eigen::VectorXf>(X.row(u), X.width).cast<double>();
}

/// How far rounding may move the solution x of a row: c eps (‖A‖‖x‖ + Σ|c p y|) ‖A⁻¹‖, with the trace of A = D + Σ c y
/// yᵀ for its norm and its smallest base element for that of the inverse; c = 8 roundings lie between an entry and x.
double rounding_error(const Problem& problem, Row u, const RowObjective& objective, const Eigen::VectorXd& x,
                      double eps)
{
    const Interactions& R = problem.interactions;
    const double lambda = objective.regularization(R.entries(u));
    double trace = 0;
    double right_side = 0;
    double least = std::numeric_limits<double>::max();
    for (const double base : objective.base) {
        trace += base + lambda;
        least = std::min(least, base + lambda);
    }
    if (objective.biased) least = std::min(least, objective.regularization(R.entries(u), true));
    for (Offset k = R.offsets[u]; k < R.offsets[u + 1]; ++k) {
        const double c = R.confidences.empty() ? 1 : R.confidences[k];
        const double norm = row_of(problem.fixed, R.columns[k]).norm() + (objective.biased ? 1 : 0);
        trace += c * norm * norm;
        right_side += c * 2 * norm;  // |p| ≤ 1, and 1 more for a bias
    }
    return 8 * eps * (trace * x.norm() + right_side) / least;
}

class Solve : public testing::TestWithParam<Candidate> {};

/// How far rows are from their fp64 solutions at worst: docs/gpu.md repeats it.
struct Farthest {
    double relative = 0;  // as a share of the solution's norm
    double of_bound = 0;  // as a share of rounding_error

    void add(double error, double norm, double bound)
    {
        if (norm == 0) return;
        relative = std::max(relative, error / norm);
        of_bound = std::max(of_bound, error / bound);
    }

    void report(const Candidate& candidate) const
    {
        std::ostringstream text;
        text << std::setprecision(2) << relative << " from the fp64 solution, " << of_bound << " of the bound";
        std::cout << candidate.name << ": the farthest row is " << text.str() << '\n';
        testing::Test::RecordProperty("farthest_row", text.str());
    }
};

TEST_P(Solve, IsEquivalentToReference)
{
    // widths around every tile and register size, and beyond others' limit of 1024
    Farthest farthest;
    for (const Row width : {1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 128, 1025})
        for (const bool weighted : {false, true}) {
            const ProblemShape shape{
                .rows = width > 1000 ? 6 : 40, .columns = 150, .width = width, .weighted = weighted};
            const auto problem = random_problem(shape, static_cast<unsigned>(width));
            HostMatrix expected(shape.rows, width);
            HostMatrix actual(shape.rows, width);

            const auto oracle =
                ReferenceBackend().solve(problem.interactions, problem.fixed, objective_of(width), expected);
            const auto report = GetParam().solve(problem, objective_of(width), actual);

            for (Row u = 0; u < shape.rows; ++u) {
                const Eigen::VectorXd difference = row_of(expected, u) - row_of(actual, u);
                const double bound =
                    rounding_error(problem, u, objective_of(width), row_of(expected, u), GetParam().eps);
                ASSERT_LE(difference.norm(), bound) << "width " << width << " row " << u;
                farthest.add(difference.norm(), row_of(expected, u).norm(), bound);
                ASSERT_NEAR(oracle.penalties[u], report.penalties[u], 2 * bound * (1 + oracle.penalties[u]));
            }
        }
    farthest.report(GetParam());
}

TEST_P(Solve, SolvedRowZeroesTheGradient)
{
    for (const Row width : {5, 48}) {
        const auto problem = random_problem({.rows = 30, .columns = 120, .width = width});
        const auto objective = objective_of(width);
        HostMatrix X(30, width);
        GetParam().solve(problem, objective, X);

        for (Row u = 0; u < X.rows; ++u) {
            const Offset n = problem.interactions.entries(u);
            const Eigen::VectorXd x = row_of(X, u);
            Eigen::VectorXd gradient =
                (Eigen::Map<const Eigen::VectorXd>(objective.base.data(), width).array() + objective.regularization(n))
                    .matrix()
                    .cwiseProduct(x);
            double scale = gradient.norm();
            for (Offset k = problem.interactions.offsets[u]; k < problem.interactions.offsets[u + 1]; ++k) {
                const Eigen::VectorXd y = row_of(problem.fixed, problem.interactions.columns[k]);
                const double c = problem.interactions.confidences[k];
                gradient -= c * (problem.interactions.preferences[k] - x.dot(y)) * y;
                scale += c * y.norm() * (1 + std::abs(x.dot(y)));
            }
            // each term is rounded to fp32 once or twice
            EXPECT_LE(gradient.norm(), 8 * GetParam().eps * scale) << "row " << u << ", " << n << " entries";
        }
    }
}

TEST_P(Solve, JointBiasesAreEquivalentToReference)
{
    for (const Row width : {2, 9, 17, 33}) {
        const auto problem = random_problem({.rows = 40, .columns = 100, .width = width, .weighted = false});
        HostMatrix expected(40, width);
        HostMatrix actual(40, width);

        const auto oracle =
            ReferenceBackend().solve(problem.interactions, problem.fixed, objective_of(width, true), expected);
        const auto report = GetParam().solve(problem, objective_of(width, true), actual);

        for (Row u = 0; u < 40; ++u) {
            const double bound =
                rounding_error(problem, u, objective_of(width, true), row_of(expected, u), GetParam().eps);
            EXPECT_LE((row_of(expected, u) - row_of(actual, u)).norm(), bound) << "width " << width << " row " << u;
        }
        for (Row u = 0; u < 40; ++u)
            EXPECT_NEAR(oracle.residuals[u], report.residuals[u], 80 * GetParam().eps * (1 + oracle.residuals[u]));
    }
}

TEST_P(Solve, ABiasNeedsNoPenalty)
{
    for (const Row width : {2, 9, 33}) {
        const auto problem = random_problem({.rows = 40, .columns = 100, .width = width});
        auto objective = objective_of(width, true);
        objective.bias_lambda = 0;
        HostMatrix X(40, width);
        GetParam().solve(problem, objective, X);

        for (Row u = 0; u < X.rows; ++u) {
            const Offset n = problem.interactions.entries(u);
            const Eigen::VectorXd x = row_of(X, u);
            Eigen::VectorXd gradient = objective.regularization(n) * x;
            gradient[width - 1] = 0;
            double scale = gradient.norm();
            for (Offset k = problem.interactions.offsets[u]; k < problem.interactions.offsets[u + 1]; ++k) {
                Eigen::VectorXd y = row_of(problem.fixed, problem.interactions.columns[k]);
                const double target = problem.interactions.preferences[k] - y[width - 1];
                y[width - 1] = 1;
                const double c = problem.interactions.confidences[k];
                gradient -= c * (target - x.dot(y)) * y;
                scale += c * y.norm() * (std::abs(target) + std::abs(x.dot(y)));
            }
            EXPECT_LE(gradient.norm(), 8 * GetParam().eps * scale) << "row " << u << ", " << n << " entries";
        }
    }
}

TEST_P(Solve, ReportsTheLossOfEachRow)
{
    const auto problem = random_problem({.rows = 40, .columns = 100, .width = 20});
    HostMatrix X(40, 20);

    const auto report = GetParam().solve(problem, objective_of(20), X);

    for (Row u = 0; u < 40; ++u) {
        double residual = 0;
        double norm = 0;
        for (Row a = 0; a < 20; ++a) norm += static_cast<double>(X.row(u)[a]) * X.row(u)[a];
        for (Offset k = problem.interactions.offsets[u]; k < problem.interactions.offsets[u + 1]; ++k) {
            double score = 0;
            for (Row a = 0; a < 20; ++a)
                score += static_cast<double>(X.row(u)[a]) * problem.fixed.row(problem.interactions.columns[k])[a];
            residual += problem.interactions.confidences[k] * std::pow(problem.interactions.preferences[k] - score, 2);
        }
        EXPECT_NEAR(residual, report.residuals[u], 80 * GetParam().eps * (1 + residual))
            << "row " << u;  // scores are fp32 sums of 20 terms
        EXPECT_NEAR(objective_of(20).regularization(problem.interactions.entries(u)) * norm, report.penalties[u],
                    1e-6 * (1 + norm));
    }
    EXPECT_EQ(-1, report.failed);
    // by parts all rows are solved in the primal form, which for one of fewer entries than factors is nearly singular
    EXPECT_EQ(GetParam().name.find("by parts") == std::string::npos ? 0 : 1, report.retried);
}

TEST_P(Solve, RowWithoutInteractionsBecomesZero)
{
    const auto problem = random_problem({.rows = 4, .columns = 10, .width = 5});
    HostMatrix X(4, 5);
    std::fill(X.values.begin(), X.values.end(), 7.0F);

    GetParam().solve(problem, objective_of(5), X);

    for (Row a = 0; a < 5; ++a) EXPECT_EQ(0.0F, X.row(1)[a]);
}

TEST_P(Solve, NamesARowThatIsNotFinite)
{
    auto problem = random_problem({.rows = 5, .columns = 10, .width = 4});
    problem.interactions.preferences[problem.interactions.offsets[2] + 3] = std::numeric_limits<float>::infinity();
    HostMatrix X(5, 4);

    EXPECT_EQ(2, GetParam().solve(problem, objective_of(4), X).failed);
}

TEST_P(Solve, GivesTheSameBitsForAnyNumberOfThreads)
{
    const auto problem = random_problem({.rows = 200, .columns = 150, .width = 24});
    HostMatrix once(200, 24);
    const int threads = omp_get_max_threads();

    omp_set_num_threads(1);
    GetParam().solve(problem, objective_of(24), once);
    for (const int count : {2, 3, 4}) {
        omp_set_num_threads(count);
        HostMatrix again(200, 24);
        GetParam().solve(problem, objective_of(24), again);
        EXPECT_EQ(once.values, again.values);
    }
    omp_set_num_threads(threads);
}

INSTANTIATE_TEST_SUITE_P(Backends, Solve, testing::ValuesIn(test::candidates()), [](const auto& candidate) {
    std::string name = candidate.param.name;
    std::erase_if(name, [](char c) { return !std::isalnum(c); });
    return name;
});

}  // namespace
}  // namespace alster
