#include "host/machine/gpu_share.hpp"

#include <gtest/gtest.h>

#include "host/machine/own_gpu.hpp"
#include "tests/emulation/emulation.hpp"

namespace alster {
namespace {

/// Ranks of one node on emulated devices.
class GpuShares : public testing::Test {
protected:
    ~GpuShares() override { emulation::settings = {}; }

    const Communicator ranks;
};

TEST_F(GpuShares, RanksThatSeeTheSameGpuShareIt)
{
    const GpuShare share = gpu_share(ranks);
    EXPECT_EQ(0, share.device);
    EXPECT_EQ(ranks.size(), share.ranks);
}

TEST_F(GpuShares, RanksTakeTheGpusOfTheirNodeByTurns)
{
    emulation::settings.devices = 2;
    const GpuShare share = gpu_share(ranks);
    EXPECT_EQ(ranks.rank() % 2, share.device);
    EXPECT_EQ((ranks.size() + 1 - share.device) / 2, share.ranks);
}

TEST_F(GpuShares, TasksWithAGpuOfTheirOwnShareNothing)
{
    emulation::settings.first_uuid = static_cast<char>(ranks.rank());
    const GpuShare share = gpu_share(ranks);
    EXPECT_EQ(0, share.device);
    EXPECT_EQ(1, share.ranks);
}

TEST_F(GpuShares, DifferentModelsAreNamed)
{
    EXPECT_EQ("sm_90", gpu_models(ranks).architectures);
    EXPECT_EQ("", gpu_models(ranks).difference);
    emulation::settings.minor = ranks.rank() == 1 ? 1 : 0;
    const bool differ = ranks.size() > 1;
    EXPECT_EQ(differ ? "sm_90 and sm_91" : "sm_90", gpu_models(ranks).architectures);
    EXPECT_EQ(differ ? "rank 0 has emulated device, sm_90, 227 KiB of shared memory a block; "
                       "rank 1 has emulated device, sm_91, 227 KiB of shared memory a block"
                     : "",
              gpu_models(ranks).difference);
}

TEST_F(GpuShares, LessSharedMemoryOfABlockIsAnotherModel)
{
    emulation::settings.shared_bytes = ranks.rank() == ranks.size() - 1 && ranks.size() > 1 ? 99 << 10 : 227 << 10;
    const GpuModels models = gpu_models(ranks);
    EXPECT_EQ("sm_90", models.architectures);
    EXPECT_EQ(ranks.size() > 1, models.difference.ends_with("99 KiB of shared memory a block")) << models.difference;
}

}  // namespace
}  // namespace alster
