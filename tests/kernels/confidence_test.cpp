#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cctype>
#include <cmath>
#include <random>

#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/exact_row.hpp"
#include "kernels/normal_equations.hpp"
#include "kernels/pivots.hpp"
#include "tests/kernels/candidates.hpp"

namespace alster {
namespace {

using test::Candidate;

/// Rows of several lengths of which some entries have a confidence of 40·10^k, the others of 40.
struct Mix {
    int k;
    double heavy;  // share of such entries; below 0: one of a row
    double base;   // α0 Λ, falling to a thousandth of it
    double lambda;
    Row width = 12;
};

test::Problem problem_of(const Mix& mix, unsigned seed)
{
    test::Problem problem;
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.1F, 1);
    problem.fixed = HostMatrix(90, mix.width);
    for (float& y : problem.fixed.values) y = normal(random);
    Interactions& R = problem.interactions;
    for (const Row n : {1, 2, 5, 11, 12, 13, 20, 40, 90}) {
        std::bernoulli_distribution heavy(std::max(mix.heavy, 0.0));
        for (Row k = 0; k < n; ++k) {
            const bool strong = mix.heavy < 0 ? k == n / 2 : heavy(random);
            const double c = strong ? 40 * std::pow(10.0, mix.k) : 40;
            R.columns.push_back(static_cast<Column>(k));
            R.confidences.push_back(static_cast<float>(c));
            R.preferences.push_back(static_cast<float>((1 + c) / c));
        }
        R.offsets.push_back(std::ssize(R.columns));
    }
    return problem;
}

RowObjective objective_of(const Mix& mix)
{
    RowObjective objective{.base = {}, .lambda = mix.lambda, .nu = 1, .count_offset = 0};
    for (Row a = 0; a < mix.width; ++a)
        objective.base.push_back(mix.base * std::pow(1e-3, static_cast<double>(a) / static_cast<double>(mix.width)));
    return objective;
}

/// The row by QR of [√C Y; D^½] with its rows in descending order, in extended precision: backward stable row by row,
/// whatever the confidences.
Eigen::VectorXd by_qr(const test::Problem& problem, Row u, const RowObjective& objective)
{
    using Matrix = Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic>;
    const Interactions& R = problem.interactions;
    const Row w = problem.fixed.width;
    const Offset n = R.entries(u);
    Matrix M = Matrix::Zero(n + w, w + 1);
    for (Offset k = 0; k < n; ++k) {
        const Offset at = R.offsets[u] + k;
        const long double root = std::sqrt(static_cast<long double>(R.confidences[at]));
        for (Row a = 0; a < w; ++a) M(k, a) = root * problem.fixed.row(R.columns[at])[a];
        M(k, w) = root * R.preferences[at];
    }
    for (Row a = 0; a < w; ++a)
        M(n + a, a) = std::sqrt(static_cast<long double>(objective.base[a]) + objective.regularization(n));
    std::vector<Row> order(n + w);
    for (Row r = 0; r < n + w; ++r) order[r] = r;
    std::ranges::stable_sort(order, [&](Row a, Row b) {
        return M.row(a).head(w).cwiseAbs().maxCoeff() > M.row(b).head(w).cwiseAbs().maxCoeff();
    });
    Matrix sorted(n + w, w + 1);
    for (Row r = 0; r < n + w; ++r) sorted.row(r) = M.row(order[r]);
    const Eigen::ColPivHouseholderQR<Matrix> qr(sorted.leftCols(w));
    return qr.solve(sorted.col(w)).template cast<double>();
}

double error_of(const HostMatrix& X, Row u, const Eigen::VectorXd& expected)
{
    const Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXf>(X.row(u), X.width).cast<double>();
    return (x - expected).norm() / expected.norm();
}

const std::vector<Mix> mixes = {{3, -1, 1, 0.01},    {5, -1, 1, 0.01},   {8, -1, 1, 0.01},      {5, 0.3, 1, 0.01},
                                {6, 0.3, 100, 0.01}, {7, 0.3, 1, 1e-30}, {8, 0.9, 1, 1e-6},     {9, 0.5, 1, 0.01},
                                {6, 1, 1e-6, 1e-8},  {4, 0.3, 0, 1e-3},  {6, 0.3, 1, 0.01, 37}, {2, 0.5, 1, 0.01}};

class Confidences : public testing::TestWithParam<Candidate> {};

TEST_P(Confidences, OfAnySizeAreSolvedOrTheRowIsNamed)
{
    const bool rounds = GetParam().eps > 0x1p-20;  // to bf16: what is not solved again is as far off as that
    const bool by_parts = GetParam().name.find("by parts") != std::string::npos;  // for rows longer than these
    std::int64_t retried = 0;
    for (std::size_t m = 0; m < mixes.size(); ++m) {
        if (by_parts && mixes[m].k > 5) continue;
        const auto problem = problem_of(mixes[m], static_cast<unsigned>(m));
        const auto objective = objective_of(mixes[m]);
        HostMatrix X(problem.interactions.rows(), mixes[m].width);
        const auto report = GetParam().solve(problem, objective, X);
        EXPECT_EQ(-1, report.failed) << m;
        EXPECT_EQ(-1, report.unsolved) << m;
        retried += report.retried;
        for (Row u = 0; u < X.rows; ++u)
            EXPECT_LE(error_of(X, u, by_qr(problem, u, objective)), rounds ? 0.25 : 1e-3)
                << "mix " << m << " row " << u << " of " << problem.interactions.entries(u);
    }
    EXPECT_TRUE(retried > 0 || GetParam().name == "reference");
}

TEST_P(Confidences, BeyondFp64AreNamed)
{
    for (const int k : {14, 16, 18}) {
        const Mix mix{k, 0.15, 1, 0.01};
        const auto problem = problem_of(mix, 3);
        HostMatrix X(problem.interactions.rows(), mix.width);
        const auto report = GetParam().solve(problem, objective_of(mix), X);
        EXPECT_GE(report.unsolved, 0) << k;
        EXPECT_EQ(-1, report.failed) << k;
    }
}

INSTANTIATE_TEST_SUITE_P(Backends, Confidences, testing::ValuesIn(test::candidates()), [](const auto& candidate) {
    std::string name = candidate.param.name;
    std::erase_if(name, [](char c) { return !std::isalnum(c); });
    return name;
});

TEST(ExactRow, IsRightInBothFormsAndKnowsWhereItIsNot)
{
    for (int k = 0; k <= 18; ++k)
        for (const double heavy : {-1.0, 0.3, 1.0}) {
            const Mix mix{k, heavy, 1, 0.01};
            const auto problem = problem_of(mix, static_cast<unsigned>(k));
            const auto objective = objective_of(mix);
            HostMatrix X(problem.interactions.rows(), mix.width);
            for (Row u = 0; u < X.rows; ++u) {
                const auto row = solve_exact_row(problem.interactions, u, problem.fixed.table(), objective,
                                                 std::span(X.row(u), static_cast<std::size_t>(mix.width)));
                if (row.reliable) {
                    EXPECT_LE(error_of(X, u, by_qr(problem, u, objective)), 1e-3) << k << " " << heavy << " row " << u;
                } else {
                    EXPECT_GE(k, 10) << heavy << " row " << u;
                }
            }
        }
}

TEST(NormalEquationsInFp64, AreThoseOfTheRow)
{
    const Mix mix{6, 0.3, 1, 0.01};
    const auto problem = problem_of(mix, 1);
    const auto objective = objective_of(mix);
    const Row last = problem.interactions.rows() - 1;
    std::vector<double> exact(equations_size(mix.width));
    exact_equations(problem.interactions, {last, 0, problem.interactions.entries(last)}, problem.fixed.table(), false,
                    exact);
    NormalEquations sum(mix.width);
    std::vector<float> high(exact.begin(), exact.end());
    std::vector<float> low(exact.size());
    for (std::size_t k = 0; k < exact.size(); ++k) low[k] = static_cast<float>(exact[k] - static_cast<double>(high[k]));
    sum.add(high);
    sum.add(low);
    HostMatrix X(last + 1, mix.width);
    const auto solution = sum.solve(objective, last, problem.interactions.entries(last),
                                    std::span(X.row(last), static_cast<std::size_t>(mix.width)));
    EXPECT_GT(solution.least_share, least_pivot_share_in_fp64);
    EXPECT_LE(error_of(X, last, by_qr(problem, last, objective)), 1e-6);
}

/// Rows by steps, from a start near 0.
TEST(StepsOfConjugateGradients, AreNotTakenWhereTheyCannotComeNear)
{
    for (const auto set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512}) {
        if (set > best_instruction_set(Precision::fp32)) continue;
        for (const int k : {4, 6, 9}) {
            const Mix mix{k, 0.2, 1, 0.01};
            const auto problem = problem_of(mix, 2);
            const auto objective = objective_of(mix);
            HostMatrix X(problem.interactions.rows(), mix.width);
            const CpuBackend backend(set, Precision::fp32, entries_per_part_with_cg, 2);
            const auto report =
                backend.solve(backend.load(problem.interactions, mix.width), problem.fixed, objective, X);
            EXPECT_EQ(0, report.by_steps) << k;
            for (Row u = 0; u < X.rows; ++u)
                EXPECT_LE(error_of(X, u, by_qr(problem, u, objective)), 1e-3) << k << " row " << u;
        }
    }
}

}  // namespace
}  // namespace alster
