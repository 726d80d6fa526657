#include <gtest/gtest.h>

#include "host/sharding/device_memory.hpp"
#include "host/sharding/factor_placement.hpp"
#include "kernels/cuda/cuda_backend.hpp"
#include "tests/emulation/emulation.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

constexpr Row users = 20001;
constexpr Row items = 201;

const Interactions by_user = test::planted_interactions(users, items);
const Interactions by_item = test::transposed(by_user, items);

Share all(Row rows) { return {RowPartition::even(rows, rows_per_chunk, 1), {}}; }

Sides<CudaBackend> sides_on(const CudaBackend& cuda, const TrainOptions& options)
{
    return make_sides(Communicator::self(), cuda, options.objective, options.solve,
                      {all(users), test::own_interactions(by_user, all(users), 0, options.objective)},
                      {all(items), test::own_interactions(by_item, all(items), 0, options.objective)});
}

RankLoad load_of_one()
{
    const auto longest = [](const Interactions& R) {
        Offset most = 0;
        for (Row u = 0; u < R.rows(); ++u) most = std::max(most, R.entries(u));
        return most;
    };
    return {.users = users,
            .items = items,
            .by_user = by_user.entries(),
            .by_item = by_item.entries(),
            .longest_user = longest(by_user),
            .longest_item = longest(by_item)};
}

TEST(DevicePlan, IsWithinTenPercentOfWhatTheBackendTakes)
{
    for (const auto feedback : {Feedback::implicit_feedback, Feedback::explicit_feedback})
        for (const Row factors : {16, 140, 300})
            for (const auto precision : {Precision::tf32x3, Precision::bf16}) {
                TrainOptions options = test::options_without_data();
                options.objective.factors = factors;
                options.objective.feedback = feedback;
                const CudaBackend cuda(0, {.precision = precision});
                const auto sides = sides_on(cuda, options);

                const RankLoad load = load_of_one();
                const MemorySettings settings = memory_settings({}, options.objective, {.threads = 1});
                const PlannedDevice device{precision, cuda.device().multiprocessors};
                const auto taken = static_cast<double>(cuda.device().memory.taken());
                const double planned = plan_device_memory(load, settings, device).total();
                EXPECT_NEAR(planned, taken, 0.1 * taken) << factors << " factors, " << name(precision);
                EXPECT_LT(streaming_device_memory(load, settings, device), planned);
            }
}

TEST(DevicePlan, PageLockedMemoryIsWhatTheBackendTakesOnTheHost)
{
    TrainOptions options = test::options_without_data();
    options.objective.factors = 140;
    const RankLoad load = load_of_one();
    const MemorySettings settings = memory_settings({}, options.objective, {.threads = 1});
    for (const bool factors_on_host : {false, true}) {
        const CudaBackend cuda(0);
        cuda.keep_factors_on_host(factors_on_host ? static_cast<std::size_t>(users * options.objective.width()) : 0);
        const std::size_t before = emulation::page_locked_bytes();
        const auto sides = sides_on(cuda, options);
        cuda.read_on_host(sides.users.factors, [](auto) {});
        cuda.read_on_host(sides.items.factors, [](auto) {});
        const auto taken = static_cast<double>(emulation::page_locked_bytes() - before);
        const MemoryPlan plan = plan_host_memory(cuda, load, settings);
        const auto planned =
            std::ranges::find(plan.uses, "page-locked", [](const auto& use) { return std::string(use.purpose); });
        ASSERT_NE(plan.uses.end(), planned);
        EXPECT_NEAR(planned->bytes, taken, 0.1 * taken) << factors_on_host;
    }
}

TEST(DevicePlan, WhereBothSidesDoNotFitTheirFactorsLieInHostMemory)
{
    TrainOptions options = test::options_without_data();
    for (const Row factors : {16, 140}) {
        options.objective.factors = factors;
        const RankLoad load = load_of_one();
        const MemorySettings settings = memory_settings({}, options.objective, {.threads = 1});
        const PlannedDevice device{Precision::tf32x3, CudaBackend(0).device().multiprocessors};
        const double beside = least_beside_factors(load, settings, device);
        const double least = least_device_memory(load, settings, device) + beside;
        const double streaming = streaming_device_memory(load, settings, device) + beside;
        ASSERT_LT(least, streaming);
        for (const double limit : {least, streaming}) {
            const CudaBackend tight(0, {.memory_limit = static_cast<std::size_t>(limit)});
            place_factors(tight, load, settings);
            const auto sides = sides_on(tight, options);
            EXPECT_EQ(limit == least, tight.factors_on_host());
            EXPECT_EQ(limit == least, sides.users.factors.on_host());
        }
    }
}

}  // namespace
}  // namespace alster
