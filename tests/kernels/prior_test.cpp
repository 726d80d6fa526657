#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cctype>
#include <limits>

#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/exact_row.hpp"
#include "tests/kernels/candidates.hpp"

namespace alster {
namespace {

using test::Candidate;
using test::Problem;
using test::random_problem;

constexpr Row rows = 40;

/// Features of rows: one in three has none, the others one or two of three.
struct SomeFeatures {
    std::vector<Offset> offsets = {0};
    std::vector<Column> columns;
    std::vector<double> weights;

    SomeFeatures()
    {
        for (Row u = 0; u < rows; ++u) {
            for (Row k = 0; k < u % 3; ++k) {
                columns.push_back(static_cast<Column>((u + k) % 3));
                weights.push_back(k == 0 ? 0.8 : -0.6);
            }
            offsets.push_back(std::ssize(columns));
        }
    }
};

const SomeFeatures& some_features()
{
    static const SomeFeatures features;
    return features;
}

RowObjective objective_of(Row width, bool biased = false)
{
    RowObjective objective{
        .base = {}, .lambda = 0.05, .nu = 0.5, .count_offset = 3, .biased = biased, .bias_lambda = 0.02};
    for (Row a = 0; a < width; ++a) objective.base.push_back(biased ? 0 : 2.0 / static_cast<double>(a + 1));
    RowPrior prior{some_features().offsets, some_features().columns, some_features().weights, {}, width};
    for (Row k = 0; k < 3 * width; ++k) prior.map.push_back(0.3 * std::sin(static_cast<double>(5 * k + 1)));
    objective.prior = std::make_shared<RowPrior>(std::move(prior));
    return objective;
}

/// One row by the definition: dense normal equations, A = diag(base + λ) + Σ c y yᵀ, b = λ m + Σ c p y.
struct Row1 {
    Eigen::VectorXd x;
    Eigen::VectorXd mean;
    Eigen::VectorXd lambda;
    double error = 0;  // by which rounding an element once may move x, times eps
};

Row1 by_definition(const Problem& problem, Row u, const RowObjective& objective)
{
    const Interactions& R = problem.interactions;
    const Row w = problem.fixed.width;
    Row1 row{Eigen::VectorXd::Zero(w), Eigen::VectorXd::Zero(w),
             Eigen::VectorXd::Constant(w, objective.regularization(R.entries(u)))};
    if (objective.biased) row.lambda[w - 1] = objective.regularization(R.entries(u), true);
    const auto& f = some_features();
    for (Offset k = f.offsets[u]; k < f.offsets[u + 1]; ++k)
        for (Row a = 0; a < w; ++a) row.mean[a] += f.weights[k] * objective.prior->map[f.columns[k] * w + a];
    if (R.entries(u) == 0) return row;
    Eigen::MatrixXd A =
        (Eigen::Map<const Eigen::VectorXd>(objective.base.data(), w) + row.lambda).asDiagonal().toDenseMatrix();
    const double least = A.diagonal().minCoeff();
    Eigen::VectorXd b = row.lambda.cwiseProduct(row.mean);
    double sizes = b.norm();
    for (Offset k = R.offsets[u]; k < R.offsets[u + 1]; ++k) {
        Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXf>(problem.fixed.row(R.columns[k]), w).cast<double>();
        const double c = R.confidences.empty() ? 1 : R.confidences[k];
        double p = R.preferences.empty() ? 1 : R.preferences[k];
        if (objective.biased) p -= std::exchange(y[w - 1], 1.0);
        A += c * y * y.transpose();
        b += c * p * y;
        sizes += 2 * c * y.norm() * (1 + y.norm() * row.mean.norm());
    }
    row.x = A.llt().solve(b);
    // as rounding_error of solve_test.cpp, 8 roundings between an entry and x; targets are rounded as well
    row.error = 8 * (A.trace() * row.x.norm() + sizes) / least;
    return row;
}

void expect_by_definition(const Problem& problem, const RowObjective& objective, double eps, const HostMatrix& X,
                          const SolveReport& report, const std::string& what)
{
    for (Row u = 0; u < rows; ++u) {
        const Row1 row = by_definition(problem, u, objective);
        const Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXf>(X.row(u), X.width).cast<double>();
        ASSERT_LE((x - row.x).norm(), eps * row.error) << what << ", row " << u;
        if (problem.interactions.entries(u) == 0) continue;
        const double penalty = (x - row.mean).cwiseAbs2().dot(row.lambda);
        ASSERT_NEAR(penalty, report.penalties[u], 1e-6 * (1 + penalty)) << what << ", row " << u;
    }
}

class Prior : public testing::TestWithParam<Candidate> {};

TEST_P(Prior, SolvedRowIsThatOfDenseNormalEquations)
{
    for (const Row width : {1, 7, 16, 33, 64})
        for (const bool weighted : {false, true})
            for (const bool biased : {false, true}) {
                if (biased && (width == 1 || weighted)) continue;
                const auto problem =
                    random_problem({.rows = rows, .columns = 150, .width = width, .weighted = weighted});
                const auto objective = objective_of(width, biased);
                HostMatrix X(rows, width);
                const auto report = GetParam().solve(problem, objective, X);
                expect_by_definition(problem, objective, GetParam().eps, X, report,
                                     "width " + std::to_string(width) + (biased ? ", biased" : ""));
            }
}

TEST_P(Prior, RowWithoutFeaturesHasTheBitsOfNoPrior)
{
    const auto problem = random_problem({.rows = rows, .columns = 150, .width = 24});
    auto objective = objective_of(24);
    HostMatrix pulled(rows, 24), plain(rows, 24);
    GetParam().solve(problem, objective, pulled);
    objective.prior = nullptr;
    GetParam().solve(problem, objective, plain);

    for (Row u = 0; u < rows; ++u)
        EXPECT_EQ(u % 3 == 0 || problem.interactions.entries(u) == 0,
                  std::equal(pulled.row(u), pulled.row(u) + 24, plain.row(u)))
            << "row " << u;
}

TEST_P(Prior, ReportsTheLossOfEachRow)
{
    const auto problem = random_problem({.rows = rows, .columns = 100, .width = 20});
    HostMatrix X(rows, 20);
    const auto report = GetParam().solve(problem, objective_of(20), X);

    for (Row u = 0; u < rows; ++u) {
        double residual = 0;
        for (Offset k = problem.interactions.offsets[u]; k < problem.interactions.offsets[u + 1]; ++k) {
            double score = 0;
            for (Row a = 0; a < 20; ++a)
                score += static_cast<double>(X.row(u)[a]) * problem.fixed.row(problem.interactions.columns[k])[a];
            residual += problem.interactions.confidences[k] * std::pow(problem.interactions.preferences[k] - score, 2);
        }
        EXPECT_NEAR(residual, report.residuals[u], 80 * GetParam().eps * (1 + residual)) << "row " << u;
    }
}

INSTANTIATE_TEST_SUITE_P(Backends, Prior, testing::ValuesIn(test::candidates()), [](const auto& candidate) {
    std::string name = candidate.param.name;
    std::erase_if(name, [](char c) { return !std::isalnum(c); });
    return name;
});

TEST(PriorInFp64, RowIsThatOfDenseNormalEquations)
{
    for (const Row width : {5, 48}) {  // rows of more and of fewer entries than factors
        const auto problem = random_problem({.rows = rows, .columns = 120, .width = width});
        const auto objective = objective_of(width);
        HostMatrix X(rows, width);
        const auto report = solve_exact_rows(problem.interactions, problem.fixed.table(), objective, X.values);
        EXPECT_EQ(-1, report.unsolved);
        expect_by_definition(problem, objective, 0x1p-23, X, report, "fp64");
    }
}

TEST(PriorByConjugateGradients, EndsAtDenseNormalEquations)
{
    constexpr Row width = 32;
    const auto problem = random_problem({.rows = rows, .columns = 150, .width = width, .weighted = false});
    const auto objective = objective_of(width);
    HostMatrix X(rows, width);
    const CpuBackend backend(best_instruction_set(), Precision::fp32, entries_per_part, 1);
    const auto shard = backend.load(problem.interactions, width);
    SolveReport report;
    double before = std::numeric_limits<double>::infinity();
    for (int step = 0; step < 200; ++step) {  // each begins where the one before ended
        report = backend.solve(shard, problem.fixed, objective, X);
        double value = 0;
        for (Row u = 0; u < rows; ++u) {
            value += report.residuals[u] + report.penalties[u];
            for (Row a = 0; a < width; ++a) value += objective.base[a] * std::pow(static_cast<double>(X.row(u)[a]), 2);
        }
        EXPECT_LE(value, before * (1 + 16 * 0x1p-23)) << "step " << step;
        before = value;
    }
    EXPECT_GT(report.by_steps, 0);
    expect_by_definition(problem, objective, 0x1p-23, X, report, "steps");
}

}  // namespace
}  // namespace alster
