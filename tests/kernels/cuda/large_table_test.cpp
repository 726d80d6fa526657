#include <gtest/gtest.h>

#include "kernels/cuda/matrix_kernels.hpp"
#include "kernels/cuda/row_launch.hpp"
#include "kernels/cuda/transfer.hpp"

namespace alster {
namespace {

constexpr Row width = 2048;
constexpr Row last = (Row{1} << 31) / width + 5;  // row · width needs 32 bits and more

/// A table of which only the last row is ever touched: on an emulated device the rest takes no memory.
class LargeTable : public testing::Test {
protected:
    void SetUp() override
    {
        if (device.memory.available() < 3 * (last + 1) * width * sizeof(float))
            GTEST_SKIP() << "the device has less than 24 GiB";
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

}  // namespace
}  // namespace alster
