#include "host/solve/solver.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <Eigen/Dense>
#include <cstring>
#include <map>

#include "host/train/rebalance.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/reference/reference_backend.hpp"
#include "kernels/row_cost.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

using test::Trained;

using MatrixRd = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr Row users = 300;  // 5 chunks: enough for 4 ranks, and the last is not full
constexpr Row items = 130;

struct Data {
    Interactions by_user = test::planted_interactions(users, items);
    Interactions by_item = test::transposed(by_user, items);
};

TrainOptions options_of(Row factors)
{
    TrainOptions options = test::options_without_data();
    options.objective.factors = factors;
    options.objective.lambda = 0.02;
    options.objective.alpha0 = 0.1;
    options.objective.nu = 0.7;
    options.sweeps = 4;
    return options;
}

template <class B>
Trained trained(const B& backend, const TrainOptions& options, double heaviest = 0.125)
{
    const Data data;
    const Communicator ranks;
    return test::train(ranks, backend, options, users, items, data.by_user, data.by_item, heaviest);
}

MatrixRd dense(const HostMatrix& X)
{
    return Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>>(X.values.data(), X.rows, X.width)
        .cast<double>();
}

/// The objective by its definition, over every pair of user and item.
double objective_by_definition(const Trained& model, const TrainOptions& options)
{
    const Data data;
    const MatrixRd scores = dense(model.users) * dense(model.items).transpose();
    double sum = options.objective.alpha0 * scores.squaredNorm();
    for (Row u = 0; u < users; ++u)
        for (const Column i : data.by_user.columns_of(u)) sum += std::pow(1 - scores(u, i), 2);
    const auto penalty = [&](const Interactions& R, const HostMatrix& X, Row other_rows) {
        for (Row r = 0; r < R.rows(); ++r)
            sum +=
                options.objective.lambda *
                std::pow(static_cast<double>(R.entries(r)) + options.objective.alpha0 * static_cast<double>(other_rows),
                         options.objective.nu) *
                dense(X).row(r).squaredNorm();
    };
    penalty(data.by_user, model.users, items);
    penalty(data.by_item, model.items, users);
    return sum;
}

TEST(Solver, ObjectiveIsThatOfTheDefinition)
{
    const auto options = options_of(12);
    const auto model = trained(CpuBackend(), options);

    const double expected = objective_by_definition(model, options);
    EXPECT_NEAR(expected, model.objectives.back(), 4 * 0x1p-23 * expected);  // Y Q is rounded to fp32 once
}

TEST(Solver, ObjectiveNeverRises)
{
    for (const auto feedback : {Feedback::implicit_feedback, Feedback::explicit_feedback})
        for (const Row factors : {1, 5, 40, 200}) {  // 200: more factors than items
            auto options = options_of(factors);
            options.objective.feedback = feedback;
            const auto model = trained(CpuBackend(), options);

            for (std::size_t k = 1; k < model.objectives.size(); ++k)
                EXPECT_LE(model.objectives[k], model.objectives[k - 1] * (1 + 16 * 0x1p-23))
                    << factors << " factors, half-step " << k;
        }
}

TEST(Solver, IsEquivalentToReference)
{
    const auto options = options_of(16);
    const auto expected = trained(ReferenceBackend(), options);
    const auto actual = trained(CpuBackend(), options);

    // the basis may differ by rotations within equal eigenvalues; what must agree are the scores
    const MatrixRd difference = dense(expected.users) * dense(expected.items).transpose() -
                                dense(actual.users) * dense(actual.items).transpose();
    EXPECT_LE(difference.cwiseAbs().maxCoeff(),
              1e-4);  // 4 sweeps amplify fp32 rounding (6e-8) by the condition of the problem (~1e3)
    EXPECT_NEAR(expected.objectives.back(), actual.objectives.back(), 1e-6 * expected.objectives.back());
}

/// FNV-1a over the factors' bytes.
std::uint64_t fingerprint(const Trained& model)
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const auto* X : {&model.users, &model.items})
        for (const float value : X->values) {
            std::uint32_t bits = 0;
            std::memcpy(&bits, &value, sizeof bits);
            hash = (hash ^ bits) * 0x100000001b3U;
        }
    return hash;
}

/// The same run as one rank does it alone: the oracle of the runs on several.
template <class B>
Trained trained_alone(const B& backend, const TrainOptions& options)
{
    const Data data;
    const Communicator alone = Communicator::self();
    return test::train(alone, backend, options, users, items, data.by_user, data.by_item);
}

TEST(Solver, GivesTheSameBitsForAnyNumberOfRanks)
{
    for (const auto feedback : {Feedback::implicit_feedback, Feedback::explicit_feedback})
        for (const Row factors : {1, 17, 64}) {
            auto options = options_of(factors);
            options.objective.feedback = feedback;
            const auto alone = trained_alone(CpuBackend(), options);

            const auto together = trained(CpuBackend(), options);

            EXPECT_EQ(fingerprint(alone), fingerprint(together)) << factors;
            EXPECT_EQ(alone.objectives, together.objectives);
        }
}

/// Has all rows before it solves, as where MPI allows one thread only.
struct InTurns : CpuBackend {
    static constexpr int most_batches = 1;
};
static_assert(Backend<InTurns>);

TEST(Solver, GivesTheSameBitsWhicheverWayFactorsAreExchanged)
{
    for (const auto wire : {Wire::fp32, Wire::bf16}) {
        auto options = options_of(17);
        options.sweeps = 2;
        options.solve.exchange.wire = wire;
        const auto alone = trained_alone(CpuBackend(), options);
        for (const auto kind : {ExchangeKind::all_gather, ExchangeKind::need_only}) {
            options.solve.exchange = {kind, wire, false};
            const auto overlapped = trained(CpuBackend(), options);
            options.solve.exchange.checked = true;
            const auto in_turns = trained(InTurns(), options);
            EXPECT_EQ(fingerprint(alone), fingerprint(overlapped));
            EXPECT_EQ(fingerprint(alone), fingerprint(in_turns));
            EXPECT_EQ(alone.objectives, overlapped.objectives);
            EXPECT_EQ(alone.objectives, in_turns.objectives);
        }
    }
}

TEST(Solver, RoundedOnTheWireItReachesNearlyTheSameObjective)
{
    for (const auto feedback : {Feedback::implicit_feedback, Feedback::explicit_feedback}) {
        auto options = options_of(16);
        options.objective.feedback = feedback;
        const auto exact = trained(CpuBackend(), options);
        options.solve.exchange.wire = Wire::bf16;
        const auto rounded = trained(CpuBackend(), options);

        EXPECT_NE(fingerprint(exact), fingerprint(rounded));
        // elements are off by up to 2^-9, a squared residual by twice that
        for (std::size_t k = 0; k < exact.objectives.size(); ++k)
            EXPECT_NEAR(exact.objectives[k], rounded.objectives[k], 0x1p-8 * exact.objectives[k]) << "half-step " << k;
    }
}

/// A few steps of conjugate gradients where they are cheaper, on rows of many entries and factors.
TrainOptions options_with_cg(int steps)
{
    auto options = options_of(100);
    options.solve.cg_steps = steps;
    return options;
}

CpuBackend backend_with_cg(int steps, Precision precision = Precision::fp32)
{
    return CpuBackend(best_instruction_set(precision), precision, entries_per_part, steps);
}

TEST(Solver, ConjugateGradientsReachNearlyTheSameObjectiveAndNeverRaiseIt)
{
    const auto exact = trained(CpuBackend(), options_with_cg(0));
    const auto model = trained(backend_with_cg(1), options_with_cg(1));

    EXPECT_NE(fingerprint(exact), fingerprint(model)) << "no row was solved by conjugate gradients";
    EXPECT_NEAR(exact.objectives.back(), model.objectives.back(), 0.01 * exact.objectives.back());
    EXPECT_NEAR(objective_by_definition(model, options_with_cg(1)), model.objectives.back(),
                4 * 0x1p-23 * model.objectives.back());
    for (std::size_t k = 1; k < model.objectives.size(); ++k)
        EXPECT_LE(model.objectives[k], model.objectives[k - 1] * (1 + 16 * 0x1p-23)) << "half-step " << k;
}

TEST(Solver, ConjugateGradientsGiveTheSameBitsForAnyNumberOfRanksAndThreads)
{
    auto options = options_with_cg(1);
    const int threads = omp_get_max_threads();
    for (const auto precision : {Precision::fp32, Precision::bf16}) {
        const auto alone = trained_alone(backend_with_cg(1, precision), options);
        for (const auto kind : {ExchangeKind::all_gather, ExchangeKind::need_only}) {
            options.solve.exchange.kind = kind;
            for (const int count : {1, 2}) {
                omp_set_num_threads(count);
                const auto together = trained(backend_with_cg(1, precision), options);
                EXPECT_EQ(fingerprint(alone), fingerprint(together)) << count << " threads";
                EXPECT_EQ(alone.objectives, together.objectives);
            }
        }
    }
    omp_set_num_threads(threads);
}

TEST(Solver, GivesTheSameBitsWhereRowsAreSplitOverRanks)
{
    const CpuBackend in_parts(best_instruction_set(), Precision::fp32, 5);
    for (const auto feedback : {Feedback::implicit_feedback, Feedback::explicit_feedback}) {
        auto options = options_of(17);
        options.objective.feedback = feedback;
        const auto alone = trained_alone(in_parts, options);
        for (const double heaviest : {0.0, 0.02})  // all rows of more than 5 entries, and some of them
            for (const auto kind : {ExchangeKind::all_gather, ExchangeKind::need_only}) {
                options.solve.exchange.kind = kind;
                const auto together = trained(in_parts, options, heaviest);
                EXPECT_EQ(fingerprint(alone), fingerprint(together)) << heaviest;
                EXPECT_EQ(alone.objectives, together.objectives);
            }
    }
}

TEST(Solver, LongRowsAreSolvedLikeOthers)
{
    const auto options = options_of(16);
    const auto expected = trained(ReferenceBackend(), options);
    const auto actual = trained(CpuBackend(best_instruction_set(), Precision::fp32, 5), options, 0);

    EXPECT_NEAR(expected.objectives.back(), actual.objectives.back(), 1e-6 * expected.objectives.back());
}

TEST(Rebalance, GivesEachRanksRowsTheTimeThatTheyTook)
{
    SideCosts costs{.rows = 400, .chunks = {4, 2, 2, 8, 1, 1, 2}};
    const Share share{RowPartition({0, 128, 256, 400}), {}};
    const std::vector<double> seconds{3, 20, 2};
    const auto measured = in_seconds(costs, share, seconds, 8);
    EXPECT_EQ((std::vector<double>{2, 1, 4, 16, 0.5, 0.5, 1}), measured.chunks);
    const Share anew = make_share(measured, 3, 8, 1000);
    for (int rank = 0; rank < 3; ++rank) EXPECT_LE(cost_on(anew, measured, 8, rank), 16);
}

TEST(SplitRows, AreDealtOutInWavesWithoutGapsOrDoubles)
{
    // 2048 factors: 16 parts of a row are a block, so that there are several waves
    const SplitRows split({{3, 1000}, {70, 101}, {129, 11}, {200, 4321}}, 10, 2048, 3);
    EXPECT_EQ(100 + 11 + 2 + 433, split.parts);
    std::map<Row, Offset> entries;
    Row parts = 0;
    const RowPartition rows({0, 64, 128, 256});
    for (Row wave = 0; wave < split.waves(3); ++wave) {
        EXPECT_EQ(split.holders(wave, 3).rows(), split.owners(wave, rows).rows());
        parts += split.holders(wave, 3).rows();
    }
    EXPECT_EQ(split.parts, parts);
    EXPECT_GT(split.waves(3), 1);
    for (int rank = 0; rank < 3; ++rank)
        for (const auto& [row, range] : split.held_by(rank, 3)) entries[row] += range.size();
    EXPECT_EQ((std::map<Row, Offset>{{3, 1000}, {70, 101}, {129, 11}, {200, 4321}}), entries);
}

TEST(Solver, GivesTheSameBitsForAnyNumberOfThreads)
{
    const auto options = options_of(33);
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    const auto once = fingerprint(trained(CpuBackend(), options));
    for (const int count : {2, 4}) {
        omp_set_num_threads(count);
        EXPECT_EQ(once, fingerprint(trained(CpuBackend(), options)));
    }
    omp_set_num_threads(threads);
}

TEST(Solver, RowsWithoutInteractionsAreZero)
{
    const auto model = trained(CpuBackend(), options_of(8));

    for (Row a = 0; a < 8; ++a) {
        EXPECT_EQ(0.0F, model.users.row(3)[a]);
        EXPECT_EQ(0.0F, model.items.row(5)[a]);
    }
}

TEST(Solver, ClassicAlphaIsTheObjectiveOfHuKorenVolinsky)
{
    // weight 1 + αr on (1 − s)² where something was seen, 1 on s² elsewhere, plain λ
    auto options = options_of(6);
    options.objective.alpha = 4;
    options.objective.nu = 0;
    const auto model = trained(CpuBackend(), options);

    const Data data;
    const MatrixRd X = dense(model.users);
    const MatrixRd Y = dense(model.items);
    for (const Row i : {0, 7, 20}) {  // items were solved last: their gradient must vanish
        Eigen::RowVectorXd gradient = options.objective.lambda * Y.row(i);
        double scale = gradient.norm();
        for (Row u = 0; u < users; ++u) gradient += X.row(u).dot(Y.row(i)) * X.row(u);
        for (Offset k = data.by_item.offsets[i]; k < data.by_item.offsets[i + 1]; ++k) {
            const Row u = data.by_item.columns[k];
            const double weight = options.objective.alpha * data.by_item.values[k];
            gradient -= (weight + 1 - weight * X.row(u).dot(Y.row(i))) * X.row(u);
            scale += (weight + 1) * X.row(u).norm();
        }
        EXPECT_LE(gradient.norm(), 32 * 0x1p-23 * scale) << i;
    }
}

TEST(Solver, LongRowsOfLargeConfidencesHaveTheSameBitsWhoeverHoldsTheirParts)
{
    Data data;
    for (auto* side : {&data.by_user, &data.by_item})
        for (float& value : side->values)
            if (value > 4) value = 1e5F;  // the same pairs on both sides
    auto options = options_of(9);
    options.objective.alpha = 40;
    const CpuBackend backend(best_instruction_set(), Precision::fp32, 8);  // of 8 entries
    const auto run = [&](const Communicator& ranks, double heaviest) {
        return test::train(ranks, backend, options, users, items, data.by_user, data.by_item, heaviest);
    };
    const auto alone = run(Communicator::self(), 0.125);
    const auto split = run(Communicator(), 1e-3);
    EXPECT_EQ(fingerprint(alone), fingerprint(split));

    const MatrixRd X = dense(alone.users);
    for (const Row i : {0, 1, 2, 7}) {  // items were solved last
        const Offset n = data.by_item.entries(i);
        MatrixRd A = X.transpose() * X;
        A.diagonal().array() +=
            options.objective.lambda * std::pow(static_cast<double>(n + users), options.objective.nu);
        Eigen::VectorXd b = Eigen::VectorXd::Zero(9);
        for (Offset k = data.by_item.offsets[i]; k < data.by_item.offsets[i + 1]; ++k) {
            const Eigen::VectorXd x = X.row(data.by_item.columns[k]).transpose();
            const double c = options.objective.alpha * data.by_item.values[k];
            A += c * x * x.transpose();
            b += (1 + c) * x;
        }
        const Eigen::VectorXd y = A.llt().solve(b);
        EXPECT_LE((dense(alone.items).row(i).transpose() - y).norm(), 1e-3 * y.norm()) << i << ": " << n << " entries";
    }
}

}  // namespace
}  // namespace alster
