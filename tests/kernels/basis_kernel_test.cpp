#include "kernels/cpu/isa/basis_kernel.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <iostream>

#include "data/exact_sum.hpp"
#include "kernels/host_matrix.hpp"
#include "tests/kernels/twin_solver.hpp"
#include "tests/support/random_problem.hpp"

namespace alster {
namespace {

using MatrixRd = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

MatrixRd dense(const HostMatrix& Y)
{
    return Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(Y.values.data(), Y.rows, Y.width)
        .cast<double>();
}

/// A kernel, and how far from exact it may be: a product of a rotation, one of a Gramian, and each addition.
struct Kind {
    const char* name;
    BasisKernel kernel;
    double rotated;
    double squared;
    double sum;
    double of_length;  // an element of a rotated row, beside the row's length

    friend void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }
};

Kind fp64(const char* name, InstructionSet set)
{
    return {name, basis_kernel(std::min(set, best_instruction_set()), Precision::fp32), 0, 0, 0x1p-53, 0x1p-25};
}
Kind fp32(const char* name, InstructionSet set)
{
    return {name,   basis_kernel(std::min(set, best_instruction_set()), Precision::bf16), 0x1p-23, 0x1p-23, 0x1p-24,
            0x1p-21};
}
/// Two parts of bf16: 2^-17 of each number is left out, and 2^-16 of a rotation's product; their three or four products
/// are added one by one.
Kind by_parts(const char* name, BasisKernel kernel) { return {name, kernel, 0x1p-15, 0x1p-16, 4 * 0x1p-24, 0x1p-18}; }

class BasisKernels : public testing::TestWithParam<Kind> {};

TEST_P(BasisKernels, RotateByTheSquare)
{
    const BasisKernel& kernel = GetParam().kernel;
    for (const Row width : {1, 5, 16, 31, 33, 70, 257, 530})
        for (const Row rows : {1, 15, 33, 64}) {
            auto Y = test::random_problem({.rows = 0, .columns = rows, .width = width}).fixed;
            const MatrixRd before = dense(Y);
            const MatrixRd Q = dense(test::random_problem({.rows = 0, .columns = width, .width = width}, 2).fixed);
            TableVector<std::byte> packed(kernel.square(width));
            TableVector<std::byte> workspace(kernel.chunk(width));

            kernel.pack(Q.data(), width, packed.data());
            kernel.rotate(packed.data(), width, rows, workspace.data(), Y.values.data());

            const MatrixRd sizes = before.cwiseAbs() * Q.cwiseAbs();
            const double error =
                GetParam().rotated + static_cast<double>(width) * GetParam().sum + 0x1p-24;  // of the result
            const MatrixRd tolerance = error * sizes;
            EXPECT_LE(((dense(Y) - before * Q).cwiseAbs() - tolerance).maxCoeff(), 0) << rows << " rows of " << width;
        }
}

TEST_P(BasisKernels, AddTheLowerTriangleOfTheGramian)
{
    const BasisKernel& kernel = GetParam().kernel;
    for (const Row width : {1, 5, 16, 31, 33, 70, 130, 270})
        for (const Row rows : {1, 15, 33, 64}) {
            const auto Y = test::random_problem({.rows = 0, .columns = rows, .width = width}).fixed;
            ExactSum G(static_cast<std::size_t>(width * (width + 1) / 2), 1000);
            TableVector<std::byte> workspace(kernel.chunk(width));

            for (int time = 0; time < 2; ++time)
                kernel.add_gramian(Y.values.data(), rows, width, G.quantum(), workspace.data(), G.limbs().data());

            const MatrixRd expected = 2 * dense(Y).transpose() * dense(Y);
            const MatrixRd sizes = 2 * dense(Y).transpose().cwiseAbs() * dense(Y).cwiseAbs();
            const auto actual = G.values();
            for (Row a = 0; a < width; ++a)
                for (Row b = 0; b <= a; ++b)
                    ASSERT_NEAR(expected(a, b), actual[a * (a + 1) / 2 + b],
                                (GetParam().squared + static_cast<double>(rows) * GetParam().sum) * sizes(a, b))
                        << rows << " rows of " << width;
        }
}

/// What a direction has to be larger than to be seen; the farthest is printed.
TEST_P(BasisKernels, TurnRowsToWithinAPartOfTheirLength)
{
    constexpr Row width = 256;
    const BasisKernel& kernel = GetParam().kernel;
    auto Y = test::random_problem({.rows = 0, .columns = 64, .width = width}).fixed;
    const MatrixRd before = dense(Y);
    const MatrixRd square = dense(test::random_problem({.rows = 0, .columns = width, .width = width}, 2).fixed);
    const MatrixRd Q = Eigen::HouseholderQR<MatrixRd>(square).householderQ();
    TableVector<std::byte> packed(kernel.square(width));
    TableVector<std::byte> workspace(kernel.chunk(width));

    kernel.pack(Q.data(), width, packed.data());
    kernel.rotate(packed.data(), width, 64, workspace.data(), Y.values.data());

    const MatrixRd errors = (dense(Y) - before * Q).cwiseAbs();
    const double farthest = (errors.rowwise().maxCoeff().array() / before.rowwise().norm().array()).maxCoeff();
    std::cout << GetParam().name << ": " << farthest << " of a row's length, 2^" << std::log2(farthest) << "\n";
    EXPECT_LE(farthest, GetParam().of_length);
}

TEST_P(BasisKernels, RotateARowToTheSameBitsAnywhereInAChunk)
{
    constexpr Row width = 70;
    const BasisKernel& kernel = GetParam().kernel;
    const auto Y = test::random_problem({.rows = 0, .columns = 64, .width = width}).fixed;
    const MatrixRd Q = dense(test::random_problem({.rows = 0, .columns = width, .width = width}, 2).fixed);
    TableVector<std::byte> packed(kernel.square(width));
    TableVector<std::byte> workspace(kernel.chunk(width));
    kernel.pack(Q.data(), width, packed.data());
    auto together = Y;
    kernel.rotate(packed.data(), width, 64, workspace.data(), together.values.data());

    auto alone = Y;
    for (Row r = 0; r < 64; ++r) kernel.rotate(packed.data(), width, 1, workspace.data(), alone.row(r));

    EXPECT_EQ(together.values, alone.values);
}

/// Directions that are a thousand times weaker than others, and lie along no axis.
TEST_P(BasisKernels, KeepTheLeastEigenvalueOfAGramian)
{
    constexpr Row width = 16;
    constexpr Row rows = 200 * 64;
    const BasisKernel& kernel = GetParam().kernel;
    const MatrixRd square = dense(test::random_problem({.rows = 0, .columns = width, .width = width}, 2).fixed);
    const MatrixRd U = Eigen::HouseholderQR<MatrixRd>(square).householderQ();
    auto Y = test::random_problem({.rows = 0, .columns = rows, .width = width}).fixed;
    const Eigen::VectorXd sigma =
        Eigen::VectorXd::LinSpaced(width, 0, -3).unaryExpr([](double e) { return std::pow(10, e); });
    const MatrixRd turned = dense(Y) * sigma.asDiagonal() * U.transpose();
    for (Row r = 0; r < rows; ++r)
        for (Row a = 0; a < width; ++a) Y.row(r)[a] = static_cast<float>(turned(r, a));
    ExactSum sum(static_cast<std::size_t>(width * (width + 1) / 2), 1e6);
    TableVector<std::byte> workspace(kernel.chunk(width));

    for (Row first = 0; first < rows; first += 64)
        kernel.add_gramian(Y.row(first), 64, width, sum.quantum(), workspace.data(), sum.limbs().data());

    MatrixRd G(width, width);
    const auto packed = sum.values();
    for (Row a = 0; a < width; ++a)
        for (Row b = 0; b <= a; ++b) G(a, b) = packed[a * (a + 1) / 2 + b];
    const double actual = Eigen::SelfAdjointEigenSolver<MatrixRd>(G).eigenvalues()[0];
    const double expected = Eigen::SelfAdjointEigenSolver<MatrixRd>(dense(Y).transpose() * dense(Y)).eigenvalues()[0];
    EXPECT_NEAR(expected, actual, 0.01 * expected);
}

INSTANTIATE_TEST_SUITE_P(
    , BasisKernels,
    testing::Values(fp64("fp64_generic", InstructionSet::generic), fp64("fp64_avx2", InstructionSet::avx2),
                    fp64("fp64_avx512", InstructionSet::avx512), fp32("fp32_generic", InstructionSet::generic),
                    fp32("fp32_avx2", InstructionSet::avx2), fp32("fp32_avx512", InstructionSet::avx512),
                    by_parts("twin_unit", twin::basis_kernel()),
                    by_parts("best_for_bf16", basis_kernel(best_instruction_set(Precision::bf16), Precision::bf16))),
    [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace alster
