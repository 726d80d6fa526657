#include <gtest/gtest.h>

#include "host/plan/device_memory.hpp"
#include "kernels/cuda/cuda_backend.hpp"
#include "tests/support/training.hpp"

namespace alster {
namespace {

constexpr Row users = 20001;
constexpr Row items = 201;

TEST(DevicePlan, IsWithinTenPercentOfWhatTheBackendTakes)
{
    const Interactions by_user = test::planted_interactions(users, items);
    const Interactions by_item = test::transposed(by_user, items);
    for (const auto feedback : {Feedback::implicit_feedback, Feedback::explicit_feedback})
        for (const Row factors : {16, 140, 300})
            for (const auto precision : {Precision::tf32x3, Precision::bf16}) {
                TrainOptions options;
                options.factors = factors;
                options.feedback = feedback;
                const auto all = [](Row rows) { return Share{RowPartition::even(rows, rows_per_chunk, 1), {}}; };
                const CudaBackend cuda(0, {.precision = precision});
                const auto sides = make_sides(Communicator::self(), cuda, options, all(users), all(items),
                                              test::own_interactions(by_user, all(users), 0, options),
                                              test::own_interactions(by_item, all(items), 0, options));

                const RankLoad load{
                    .users = users, .items = items, .by_user = by_user.entries(), .by_item = by_item.entries()};
                const MemorySettings settings = memory_settings({}, options, 1);
                const PlannedDevice device{precision, cuda.device().multiprocessors};
                const auto taken = static_cast<double>(cuda.device().memory.taken());
                const double planned = plan_device_memory(load, settings, device).total();
                EXPECT_NEAR(planned, taken, 0.1 * taken) << factors << " factors, " << name(precision);
                EXPECT_LT(least_device_memory(load, settings, device), planned);
            }
}

}  // namespace
}  // namespace alster
