#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "data/bf16.hpp"
#include "kernels/cpu/aligned_floats.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "tests/kernels/twin_solver.hpp"
#include "tests/support/random_problem.hpp"

namespace alster {
namespace {

using test::Problem;

/// The solver for matrix units, with the twin of one: what it rounds is known, and so the rest can be asked for to the
/// accuracy of fp32.
class UnitRows : public testing::Test {
protected:
    /// One row that names all `entries` rows of a table in bf16.
    static Problem one_row(Row entries, Row width, bool weighted)
    {
        auto problem = test::random_problem({.rows = 0, .columns = entries, .width = width, .weighted = weighted}, 5);
        for (float& y : problem.fixed.values) y = from_bf16(bf16_bits(y));
        Interactions& R = problem.interactions;
        for (Row k = 0; k < entries; ++k) {
            R.columns.push_back(static_cast<Column>(k));
            if (!weighted) continue;
            R.confidences.push_back(static_cast<float>(1 + k % 7) / 3);
            R.preferences.push_back(k % 5 == 0 ? -0.5F : 1.0F);
        }
        R.offsets.push_back(entries);
        return problem;
    }

    static double confidence(const Problem& problem, Row k)
    {
        return problem.interactions.confidences.empty() ? 1 : problem.interactions.confidences[k];
    }

    /// √c y, as the panel holds it.
    static Eigen::VectorXd rounded(const Problem& problem, Row k)
    {
        const float root = std::sqrt(static_cast<float>(confidence(problem, k)));
        Eigen::VectorXd row(problem.fixed.width);
        for (Row a = 0; a < row.size(); ++a) row[a] = from_bf16(bf16_bits(root * problem.fixed.row(k)[a]));
        return row;
    }

    RowSolver solver_ = twin::row_solver();
};

TEST_F(UnitRows, AssembleSumsOfRoundedRows)
{
    // around a panel of 256, and more than one
    for (const Row entries : {1, 2, 17, 255, 256, 257, 513})
        for (const Row width : {5, 32, 70})
            for (const bool weighted : {false, true}) {
                const auto problem = one_row(entries, width, weighted);
                const Interactions& R = problem.interactions;
                Eigen::MatrixXd A = Eigen::MatrixXd::Zero(width, width);
                Eigen::MatrixXd sizes = A;  // Σ |terms|: what rounding is measured by
                Eigen::VectorXd b = Eigen::VectorXd::Zero(width);
                Eigen::VectorXd b_sizes = b;
                for (Row k = 0; k < entries; ++k) {
                    const Eigen::VectorXd y = rounded(problem, k);
                    const double goal = std::sqrt(confidence(problem, k)) * (weighted ? R.preferences[k] : 1);
                    A += y * y.transpose();
                    sizes += y.cwiseAbs() * y.cwiseAbs().transpose();
                    b += goal * y;
                    b_sizes += std::abs(goal) * y.cwiseAbs();
                }
                std::vector<std::uint16_t> table;
                for (const float y : problem.fixed.values) table.push_back(bf16_bits(y));
                const std::vector<double> base(width, 1);
                const RowContext context{.table = problem.fixed.values.data(),
                                         .width = width,
                                         .base = base.data(),
                                         .biased = false,
                                         .rounded = table.data()};
                const RowToSolve task{.columns = R.columns.data(),
                                      .confidences = weighted ? R.confidences.data() : nullptr,
                                      .preferences = weighted ? R.preferences.data() : nullptr,
                                      .n = entries,
                                      .lambda = 1,
                                      .bias_lambda = 1};
                const AlignedFloats workspace = make_aligned_floats(solver_.workspace(width, 0));
                std::vector<float> equations(triangle_size(width) + width);

                solver_.assemble(context, task, workspace.get(), equations.data());

                for (Row a = 0; a < width; ++a) {
                    for (Row other = 0; other <= a; ++other)
                        EXPECT_NEAR(A(a, other), equations[triangle_index(a, other)], 1e-5 * sizes(a, other))
                            << entries << " entries, element " << a << ", " << other << " of " << width;
                    EXPECT_NEAR(b[a], equations[triangle_size(width) + a], 1e-5 * b_sizes[a])
                        << entries << " entries, element " << a << " of " << width;
                }
            }
}

TEST_F(UnitRows, ShortRowsAreRefined)
{
    for (const Row width : {33, 64, 300})
        for (const Row entries : {9, 24, 33, 40, 49, 50, 200})
            for (const bool weighted : {false, true}) {
                if (entries > width * 7 / 8) continue;  // the primal form's
                const auto problem = one_row(entries, width, weighted);
                RowObjective objective{.base = {}, .lambda = 0.05};
                for (Row a = 0; a < width; ++a) objective.base.push_back(4.0 / static_cast<double>(a + 1));
                HostMatrix expected(1, width);
                HostMatrix actual(1, width);
                (void)ReferenceBackend().solve(problem.interactions, problem.fixed, objective, expected);

                const CpuBackend backend(solver_, Precision::bf16);
                const auto report =
                    backend.solve(backend.load(problem.interactions, width), problem.fixed, objective, actual);

                EXPECT_EQ(1, report.dual);
                const Eigen::Map<const Eigen::VectorXf> x(actual.row(0), width);
                const Eigen::Map<const Eigen::VectorXf> oracle(expected.row(0), width);
                // P rounded to bf16 once and not refined would leave some 2^-8
                EXPECT_LE((x - oracle).norm(), 0x1p-13 * oracle.norm()) << entries << " entries, width " << width;
            }
}

}  // namespace
}  // namespace alster
