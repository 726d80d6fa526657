#include <gtest/gtest.h>

#include "host/solve/exchange_check.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cuda/cuda_backend.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

constexpr Row users = 300;
constexpr Row items = 130;

/// On an emulated device MPI can read device memory, whatever MPI it is; a real one may be given it only by the job.
bool device_memory_is_host_memory() { return CudaBackend(0).device().name == "emulated device"; }

class CudaTraining : public testing::TestWithParam<Precision> {
protected:
    CudaTraining()
    {
        options.objective.factors = 40;
        options.sweeps = 3;
        options.machine.threads = 1;
    }

    template <Backend B>
    test::Trained trained(const B& backend, const Communicator& ranks) const
    {
        return test::train(ranks, backend, options, users, items, by_user, by_item);
    }

    TrainOptions options = test::options_without_data();
    Interactions by_user = test::planted_interactions(users, items);
    Interactions by_item = test::transposed(by_user, items);
};

TEST_P(CudaTraining, GivesTheBitsOfOneRankOnAnyNumber)
{
    const Communicator ranks;
    const auto alone = trained(CudaBackend(0, {GetParam()}), Communicator::self());
    const auto together = trained(CudaBackend(0, {GetParam()}), ranks);
    EXPECT_EQ(alone.users.values, together.users.values);
    EXPECT_EQ(alone.items.values, together.items.values);
    EXPECT_EQ(alone.objectives, together.objectives);
}

TEST_P(CudaTraining, GivesTheSameBitsWhereverFactorsLieAndWhicheverWayTheyAreExchanged)
{
    const Communicator ranks;
    options.objective.factors = 9;
    options.sweeps = 2;
    const auto alone = trained(CudaBackend(0, {GetParam()}), Communicator::self());
    for (const auto kind : {ExchangeKind::all_gather, ExchangeKind::need_only})
        for (const bool direct : device_memory_is_host_memory() ? std::vector{false, true} : std::vector{false})
            for (const Row rows_on_host : {Row{0}, users}) {
                options.solve.exchange.kind = kind;
                const CudaBackend cuda(0, {.precision = GetParam(), .mpi_reads_device = direct});
                cuda.keep_factors_on_host(rows_on_host * options.objective.width());
                const auto together = trained(cuda, ranks);
                EXPECT_EQ(alone.users.values, together.users.values) << direct << rows_on_host;
                EXPECT_EQ(alone.items.values, together.items.values) << direct << rows_on_host;
                EXPECT_EQ(alone.objectives, together.objectives) << direct << rows_on_host;
            }
}

TEST_P(CudaTraining, GivesTheBitsOfOneRankWhereRowsTravelRounded)
{
    const Communicator ranks;
    options.objective.factors = 9;
    options.sweeps = 2;
    const auto exact = trained(CudaBackend(0, {GetParam()}), Communicator::self());
    options.solve.exchange = {ExchangeKind::need_only, Wire::bf16, true};
    const auto alone = trained(CudaBackend(0, {GetParam()}), Communicator::self());
    EXPECT_EQ(alone.users.values, trained(CudaBackend(0, {GetParam()}), ranks).users.values);
    // a GPU that reads the fixed side in bf16 finds nothing left to round
    EXPECT_EQ(GetParam() == Precision::bf16, exact.users.values == alone.users.values);
}

TEST_P(CudaTraining, RanksWithoutRowsTakePart)
{
    // 70 users are two chunks of rows and 40 items one: of three ranks one has no row at all
    const Communicator ranks;
    options.objective.factors = 9;
    const Interactions few_by_user = test::planted_interactions(70, 40);
    const Interactions few_by_item = test::transposed(few_by_user, 40);
    const auto run = [&](const Communicator& some) {
        return test::train(some, CudaBackend(0, {GetParam()}), options, 70, 40, few_by_user, few_by_item);
    };
    const auto alone = run(Communicator::self());
    const auto together = run(ranks);
    EXPECT_EQ(alone.users.values, together.users.values);
    EXPECT_EQ(alone.items.values, together.items.values);
}

TEST(ExchangeCheck, PassesWhereTheExchangeWorks)
{
    const Communicator ranks;
    EXPECT_TRUE(exchange_works(ranks, CpuBackend()));
    EXPECT_TRUE(exchange_works(ranks, CudaBackend(0)));
    if (device_memory_is_host_memory()) {
        EXPECT_TRUE(exchange_works(ranks, CudaBackend(0, {.mpi_reads_device = true})));
    }
}

/// What MPI wrote is not what the device then reads.
struct Broken : CpuBackend {
    void exchange(const Matrix& mine, Matrix& table, std::size_t staging, auto&& f) const
    {
        CpuBackend::exchange(mine, table, staging, f);
        if (!table.values.empty()) table.values[0] += 1;
    }
};

TEST(ExchangeCheck, MovesMoreThanMpiSendsAtOnceWithinItsLimit)
{
    const ExchangeTrial trial(Communicator().size());
    const std::size_t table = static_cast<std::size_t>(trial.rows) * ExchangeTrial::row_bytes;
    EXPECT_GE(table / Communicator().size(), std::size_t{4} << 20);
    EXPECT_TRUE(exchange_works(Communicator(), CudaBackend(0, {.memory_limit = trial.device_bytes()})));
    EXPECT_LE(ExchangeTrial(1000).device_bytes(), std::size_t{1} << 30);
}

TEST(ExchangeCheck, FailsWhereARowIsWrong)
{
    const Communicator ranks;
    EXPECT_FALSE(exchange_works(ranks, Broken()));
}

TEST_P(CudaTraining, ReachesTheObjectiveOfTheCpu)
{
    const Communicator ranks;
    const auto cpu = trained(CpuBackend(), ranks);
    const auto cuda = trained(CudaBackend(0, {GetParam()}), ranks);
    // rounding by eps moves the solution by eps and the objective at its minimum by eps²; what is measured are
    // residuals to rounded fixed rows, which differ in first order but with either sign
    const double tolerance = GetParam() == Precision::bf16 ? 0x1p-8 : 0x1p-17;
    for (std::size_t k = 0; k < cpu.objectives.size(); ++k)
        EXPECT_NEAR(cpu.objectives[k], cuda.objectives[k], tolerance * cpu.objectives[k]) << "half-step " << k;
}

INSTANTIATE_TEST_SUITE_P(Precisions, CudaTraining, testing::Values(Precision::fp32, Precision::tf32x3, Precision::bf16),
                         [](const auto& precision) { return std::string(name(precision.param)); });

}  // namespace
}  // namespace alster
