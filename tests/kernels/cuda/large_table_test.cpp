#include <gtest/gtest.h>

#include <bit>
#include <numeric>

#include "kernels/backend_sizes.hpp"
#include "kernels/cuda/matrix_kernels.hpp"
#include "kernels/cuda/row_launch.hpp"
#include "kernels/cuda/top_k_launch.hpp"
#include "kernels/cuda/transfer.hpp"
#include "tests/emulation/only_block.hpp"

namespace alster {
namespace {

using test::OnlyBlock;

constexpr Row width = 2048;
constexpr Row last = (Row{5} << 29) / width + 5;  // row · width needs 32 bits, and so does row · 1664

/// A table of which few rows are ever touched: on an emulated device the rest takes no memory.
class LargeTable : public testing::Test {
protected:
    void SetUp() override
    {
        if (device.memory.available() < 3 * (last + 1) * width * sizeof(float))
            GTEST_SKIP() << "the device has less than 30 GiB";
        table = {device.memory, (last + 1) * width, "a table"};
    }

    template <class T>
    void put(T value, DeviceBuffer<T>& to, std::size_t at)
    {
        upload_now(std::span<const T>(&value, 1), to.data() + at, device);
    }

    template <class T>
    [[nodiscard]] T element(const DeviceBuffer<T>& from, std::size_t at)
    {
        T value;
        download_now(from.data() + at, std::span(&value, 1), device);
        return value;
    }

    /// The last row is `value` in every element.
    void fill_last_row(float value)
    {
        const std::vector<float> row(width, value);
        upload_now(std::span<const float>(row), table.data() + last * width, device);
    }

    Device device{0, 0, 1};
    DeviceBuffer<float> table;
};

TEST_F(LargeTable, RowSolverReadsAndWritesBeyondTwoToThe31)
{
    DeviceBuffer<float> X(device.memory, (last + 1) * width, "a table");
    DeviceBuffer<Offset> offsets(device.memory, last + 2, "offsets");
    DeviceBuffer<double> residuals(device.memory, last + 1, "results");
    DeviceBuffer<double> penalties(device.memory, last + 1, "results");
    DeviceBuffer<std::uint8_t> failed(device.memory, last + 1, "results");
    DeviceBuffer<Ticket> ticket(device.memory, 1, "a ticket");
    const std::vector<float> ones(width, 1.0F);
    const auto base = uploaded(std::span<const float>(ones), "a spectrum", device);
    const auto column = static_cast<Column>(last);
    const auto columns = uploaded(std::span(&column, 1), "a column", device);
    const auto rows = uploaded(std::span(&last, 1), "a row", device);
    ticket.zero(device.stream);
    put(Offset{0}, offsets, last);
    put(Offset{1}, offsets, last + 1);
    fill_last_row(0);
    put(1.0F, table, last * width + 2);

    RowLaunch launch;
    launch.problem = {.table = table.data(), .width = width, .offsets = offsets.data(), .columns = columns.data()};
    launch.problem.base = base.data();
    launch.problem.lambda = 1;
    launch.problem.X = X.data();
    launch.problem.residuals = residuals.data();
    launch.problem.penalties = penalties.data();
    launch.problem.failed = failed.data();
    launch.dual = true;
    launch.rows = rows.data();
    launch.count = 1;
    launch.ticket = ticket.data();
    launch.shared_bytes = device.shared_bytes;
    launch.limits = &device.limits;
    launch.stream = device.stream.get();
    launch_rows<Precision::fp32>(launch);

    EXPECT_NEAR(1.0 / 3, element(X, last * width + 2), 1e-6);  // (1 + λ + 1) x = 1
    EXPECT_EQ(0, element(failed, last));
}

TEST_F(LargeTable, RowsBeyondTwoToThe31AreGatheredAndCleared)
{
    fill_last_row(5);
    const auto column = static_cast<Column>(last);
    const auto columns = uploaded(std::span(&column, 1), "a column", device);
    const auto rows = uploaded(std::span(&last, 1), "a row", device);
    DeviceBuffer<float> gathered(device.memory, width, "a row");

    launch_gather(table.data(), width, columns.data(), 1, gathered.data(), device.stream.get());
    EXPECT_EQ(5.0F, element(gathered, width - 1));

    launch_clear(table.data(), width, rows.data(), 1, device.stream.get());
    EXPECT_EQ(0.0F, element(table, last * width));
    EXPECT_EQ(0.0F, element(table, last * width + width - 1));
}

TEST_F(LargeTable, RowsBeyondTwoToThe31AreRotated)
{
    std::vector<float> row(width);
    std::iota(row.begin(), row.end(), 1.0F);
    upload_now(std::span<const float>(row), table.data() + last * width, device);
    std::vector<double> reversal(width * width);
    for (Row a = 0; a < width; ++a) reversal[a * width + width - 1 - a] = 1;
    const auto Q = uploaded(std::span<const double>(reversal), "Q", device);

    const OnlyBlock with_the_last_row(last / 4);
    launch_rotate(table.data(), last + 1, width, Q.data(), device);

    EXPECT_EQ(static_cast<float>(width), element(table, last * width));
    EXPECT_EQ(1.0F, element(table, last * width + width - 1));
}

TEST_F(LargeTable, RowsBeyondTwoToThe31AreInTheGramian)
{
    table.zero(device.stream);
    fill_last_row(3);
    DeviceBuffer<unsigned long long> sums(device.memory, 2 * triangle_size(width), "the Gramian");
    sums.zero(device.stream);

    // of the blocks along y every 256th chunk of rows is the first one's, the last chunk among them
    ASSERT_EQ(0, last / rows_per_chunk % 256);
    const OnlyBlock of_the_last_square(width / 32 * (width / 32 + 1) / 2 - 1);
    launch_gramian(table.data(), last + 1, width, {1, 1, 1}, sums.data(), device.stream.get());

    for (const Row b : {width - 32, width - 1}) EXPECT_EQ(9U, element(sums, triangle_index(width - 1, b)));
}

TEST_F(LargeTable, ElementsBeyondTwoToThe31AreRoundedAndLookedAt)
{
    table.zero(device.stream);
    const std::int64_t count = (last + 1) * width;
    put(-7.01F, table, count - 1);
    DeviceBuffer<std::uint16_t> rounded(device.memory, count, "a rounded table");
    DeviceBuffer<unsigned> largest(device.memory, 1, "the largest element");
    largest.zero(device.stream);
    {
        const OnlyBlock with_the_last_element((count - 1) / 256 % 4096);
        launch_round(table.data(), count, rounded.data(), device.stream.get());
    }
    const OnlyBlock with_the_last_element((count - 1) / 256 % 1024);
    launch_largest(table.data(), count, largest.data(), device.stream.get());

    EXPECT_EQ(0xc0e0, element(rounded, count - 1));  // −7
    EXPECT_EQ(std::bit_cast<unsigned>(7.01F), element(largest, 0));
}

TEST_F(LargeTable, ListsOfQueriesBeyondTwoToThe31)
{
    // the last list begins beyond 2^31, too, and so does the buffer of keys of the block that makes it
    constexpr Row k = 1664;
    constexpr Row items = k;
    constexpr auto blocks = (last + top_k_queries) / top_k_queries;
    const std::int64_t capacity = top_k_capacity(k);
    const std::size_t keys = blocks * top_k_queries * capacity;
    if (device.memory.available() < 2 * (last + 1) * k * sizeof(float) + keys * sizeof(RankedKey) + (1U << 30))
        GTEST_SKIP() << "the device has less than 48 GiB";
    table.zero(device.stream);
    put(1.0F, table, last * width + width - 1);
    DeviceBuffer<float> candidates(device.memory, items * width, "candidates");
    candidates.zero(device.stream);
    put(2.0F, candidates, (items - 3) * width + width - 1);
    DeviceBuffer<RankedKey> buffers(device.memory, keys, "keys");
    DeviceBuffer<std::int32_t> found(device.memory, (last + 1) * k, "lists");
    DeviceBuffer<float> scores(device.memory, (last + 1) * k, "lists");
    DeviceBuffer<std::int32_t> filled(device.memory, last + 1, "lists");
    DeviceBuffer<unsigned long long> refused(device.memory, 1, "lists");

    const OnlyBlock of_the_last_query(last / top_k_queries);
    launch_top_k({.queries = table.data(),
                  .rows = last + 1,
                  .candidates = candidates.data(),
                  .items = items,
                  .width = static_cast<int>(width),
                  .k = static_cast<int>(k),
                  .capacity = capacity,
                  .buffers = buffers.data(),
                  .blocks = static_cast<int>(blocks),
                  .found = found.data(),
                  .scores = scores.data(),
                  .filled = filled.data(),
                  .refused = refused.data(),
                  .stream = device.stream.get()});

    EXPECT_EQ(k, element(filled, last));
    EXPECT_EQ(items - 3, element(found, last * k));
    EXPECT_EQ(2.0F, element(scores, last * k));
    EXPECT_EQ(0, element(found, last * k + 1));
    // the best key, where the block has its buffers: elsewhere it might have found memory of somebody else
    EXPECT_EQ(std::bit_cast<unsigned>(2.0F) | 0x80000000U, element(buffers, last * capacity) >> 32);
}

}  // namespace
}  // namespace alster
