#include "host/gpu_share.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace alster
