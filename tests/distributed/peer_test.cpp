#include "distributed/peer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace alster {
namespace {

/// Beats between ranks 0 and 1; the other ranks look on.
class PeerTest : public testing::Test {
protected:
    void SetUp() override
    {
        MPI_Comm_dup(MPI_COMM_WORLD, &comm_);
        MPI_Comm_rank(comm_, &rank_);
        int size = 0;
        MPI_Comm_size(comm_, &size);
        if (size == 1) GTEST_SKIP() << "one rank has nobody to hear from";
    }
    void TearDown() override { MPI_Comm_free(&comm_); }

    /// False where it takes longer than `patience`.
    static bool part(Peer& other, const Beat& mine, std::chrono::milliseconds patience)
    {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (!other.part(mine)) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::yield();
        }
        return true;
    }

    MPI_Comm comm_ = MPI_COMM_NULL;
    int rank_ = 0;
};

TEST_F(PeerTest, OneMayPartWhileTheOtherGoesOnBeating)
{
    if (rank_ > 1) return;
    Peer other(comm_, 1 - rank_);
    const Beat mine{.host = "here", .phase = "resting"};
    if (rank_ == 1)
        while (!other.heard().last) {
            other.exchange(mine);
            std::this_thread::yield();
        }
    for (int beats = 0; rank_ == 1 && beats < 3; ++beats) other.exchange(mine);

    EXPECT_TRUE(part(other, mine, std::chrono::seconds(30)));
    EXPECT_TRUE(other.part(mine)) << "parted once is parted";
    EXPECT_STREQ("here", other.heard().host);
    EXPECT_STREQ("resting", other.heard().phase);
}

TEST_F(PeerTest, WhoHearsNothingHasNotParted)
{
    if (rank_ > 1) return void(MPI_Barrier(comm_));
    Peer other(comm_, 1 - rank_);
    if (rank_ == 0) {
        EXPECT_FALSE(part(other, {}, std::chrono::milliseconds(200)));
    }
    MPI_Barrier(comm_);
    EXPECT_TRUE(part(other, {}, std::chrono::seconds(30)));
}

}  // namespace
}  // namespace alster
