#include <gtest/gtest.h>
#include <omp.h>

#include <Eigen/Dense>

#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "tests/support/random_problem.hpp"

namespace alster {
namespace {

using MatrixRd = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

HostMatrix random_matrix(Row rows, Row width)
{
    return test::random_problem({.rows = 0, .columns = rows, .width = width}).fixed;
}

MatrixRd dense(const HostMatrix& Y)
{
    return Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(Y.values.data(), Y.rows, Y.width)
        .cast<double>();
}

template <class B>
std::vector<double> gramian_of(const B& backend, const HostMatrix& Y)
{
    const double largest = backend.largest(Y);
    ExactSum G(triangle_size(Y.width), static_cast<double>(Y.rows) * largest * largest);
    backend.gramian(Y, G);
    return G.values();
}

template <class B>
class Gramian : public testing::Test {
protected:
    B backend;
};
/// By an instruction set of this CPU, or the best it has.
template <InstructionSet set>
struct CpuOf : CpuBackend {
    CpuOf() : CpuBackend(std::min(set, best_instruction_set())) {}
};
using Backends =
    testing::Types<ReferenceBackend, CpuBackend, CpuOf<InstructionSet::avx2>, CpuOf<InstructionSet::generic>>;
TYPED_TEST_SUITE(Gramian, Backends);

TYPED_TEST(Gramian, IsEquivalentToDefinition)
{
    for (const Row rows : {0, 1, 63, 64, 65, 200})
        for (const Row width : {1, 5, 31, 32, 33, 100}) {
            const auto Y = random_matrix(rows, width);
            const MatrixRd expected = dense(Y).transpose() * dense(Y);

            const auto actual = gramian_of(this->backend, Y);

            for (Row a = 0; a < width; ++a)
                for (Row b = 0; b <= a; ++b)
                    EXPECT_NEAR(expected(a, b), actual[triangle_index(a, b)],
                                1e-14 * static_cast<double>(rows + 1));  // fp64 sum of `rows` terms ≤ 1
        }
}

TYPED_TEST(Gramian, OfPartsCutOnChunksAddsToTheSameBits)
{
    const auto Y = random_matrix(1000, 10);
    const auto whole = gramian_of(this->backend, Y);
    const double largest = this->backend.largest(Y);

    ExactSum sum(triangle_size(10), 1000 * largest * largest);
    for (const RowRange part : {RowRange{640, 1000}, RowRange{0, 64}, RowRange{64, 640}}) {
        HostMatrix rows(part.size(), 10);
        std::copy(Y.row(part.first), Y.row(part.last), rows.values.begin());
        this->backend.gramian(rows, sum);
    }

    EXPECT_EQ(whole, sum.values());
}

TYPED_TEST(Gramian, PrincipalBasisDiagonalisesIt)
{
    for (const Row width : {1, 5, 33, 130}) {
        const auto Y = random_matrix(90, width);
        const MatrixRd G = dense(Y).transpose() * dense(Y);

        const Spectrum spectrum = this->backend.principal_basis(gramian_of(this->backend, Y), width);

        const Eigen::Map<const MatrixRd> Q(spectrum.vectors.data(), width, width);
        const Eigen::Map<const Eigen::VectorXd> values(spectrum.values.data(), width);
        const double tolerance = 1e-13 * static_cast<double>(width) * values[0];
        EXPECT_LE((Q.transpose() * G * Q - MatrixRd(values.asDiagonal())).cwiseAbs().maxCoeff(), tolerance);
        EXPECT_LE((Q.transpose() * Q - MatrixRd::Identity(width, width)).cwiseAbs().maxCoeff(),
                  1e-13 * static_cast<double>(width));
        EXPECT_TRUE(std::is_sorted(values.begin(), values.end(), std::greater<>()));
        EXPECT_GE(values.minCoeff(), 0);
    }
}

TYPED_TEST(Gramian, RotationLeavesScoresAndMakesTheGramianDiagonal)
{
    for (const Row width : {1, 20, 24, 50, 130}) {
        auto Y = random_matrix(150, width);
        const MatrixRd before = dense(Y) * dense(Y).transpose();

        const Spectrum spectrum = this->backend.principal_basis(gramian_of(this->backend, Y), width);
        this->backend.rotate(Y, spectrum);

        const double eps = std::numeric_limits<float>::epsilon();  // Y Q is rounded once
        EXPECT_LE((dense(Y) * dense(Y).transpose() - before).cwiseAbs().maxCoeff(),
                  2 * eps * before.cwiseAbs().maxCoeff());
        const MatrixRd G = dense(Y).transpose() * dense(Y);
        const MatrixRd expected = Eigen::Map<const Eigen::VectorXd>(spectrum.values.data(), width).asDiagonal();
        EXPECT_LE((G - expected).cwiseAbs().maxCoeff(), 2 * eps * spectrum.values[0]);
    }
}

TEST(GramianForRows, OfHugeFactorsIsSummedInDoublePrecision)
{
    const CpuBackend backend(best_instruction_set(Precision::bf16), Precision::bf16);
    HostMatrix Y(64, 2);
    std::ranges::fill(Y.values, 5e18F);  // 64 squares are more than fp32 holds
    const double largest = backend.largest(Y);
    ExactSum G(triangle_size(Y.width), static_cast<double>(Y.rows) * largest * largest);

    backend.gramian(Y, G, BasisFor::rows);

    for (const double sum : G.values()) EXPECT_NEAR(64 * largest * largest, sum, 1e-12 * sum);
}

TEST(RotatedStart, IsTheRotationOfRowsThatGoBySteps)
{
    constexpr Row width = 130;
    const CpuBackend backend(best_instruction_set(), Precision::fp32, entries_per_part, 3);
    Interactions interactions;
    for (Row u = 0; u < 150; ++u) {  // two rows of 300 entries, one of 2
        const Offset entries = u % 3 == 0 ? 2 : 300;
        interactions.columns.resize(interactions.columns.size() + entries);
        interactions.offsets.push_back(std::ssize(interactions.columns));
    }
    const auto shard = backend.load(std::move(interactions), width);
    const auto before = random_matrix(150, width);
    const Spectrum spectrum = backend.principal_basis(gramian_of(backend, before), width);
    auto rotated = before;
    backend.rotate(rotated, spectrum);

    auto start = before;
    backend.rotate_start(shard, start, spectrum);

    for (Row u = 0; u < start.rows; ++u) {
        const auto& expected = u % 3 == 0 ? before : rotated;
        const double eps = std::numeric_limits<float>::epsilon();
        const double tolerance = u % 3 == 0 ? 0 : static_cast<double>(width) * eps * dense(before).row(u).norm();
        EXPECT_LE((dense(expected).row(u) - dense(start).row(u)).cwiseAbs().maxCoeff(), tolerance);
    }
}

}  // namespace
}  // namespace alster
