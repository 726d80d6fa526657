#include <gtest/gtest.h>
#include <sys/mman.h>

#include "kernels/cuda/device.hpp"
#include "kernels/cuda/row_launch.hpp"

namespace alster {
namespace {

/// Address space that takes memory only where it is written.
template <class T>
class Sparse {
public:
    explicit Sparse(std::size_t size) : bytes_(size * sizeof(T))
    {
        data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
    ~Sparse() { munmap(data_, bytes_); }
    Sparse(const Sparse&) = delete;
    Sparse& operator=(const Sparse&) = delete;

    T* data() { return static_cast<T*>(data_); }

private:
    std::size_t bytes_;
    void* data_;
};

TEST(LargeTable, ElementsBeyondTwoToThe31AreReadAndWritten)
{
    constexpr Row width = 2048;
    constexpr Row last = (Row{1} << 31) / width + 5;  // row · width needs 32 bits and more
    Sparse<float> table((last + 1) * width);
    Sparse<float> X((last + 1) * width);
    Sparse<Offset> offsets(last + 2);
    Sparse<double> results(last + 1);
    Sparse<std::uint8_t> failed(last + 1);
    std::vector<float> base(width, 1.0F);
    const Column column = static_cast<Column>(last);
    const Row row = last;
    offsets.data()[last + 1] = 1;
    table.data()[last * width + 2] = 1;
    Ticket ticket = 0;
    const Stream stream;

    RowLaunch launch;
    launch.problem = {.table = table.data(), .width = width, .offsets = offsets.data(), .columns = &column};
    launch.problem.base = base.data();
    launch.problem.lambda = 1;
    launch.problem.X = X.data();
    launch.problem.residuals = launch.problem.penalties = results.data();
    launch.problem.failed = failed.data();
    launch.dual = true;
    launch.rows = &row;
    launch.count = 1;
    launch.ticket = &ticket;
    launch.stream = stream.get();
    launch_rows<Precision::fp32>(launch);
    stream.synchronize();

    // (1 + λ + 1) x = 1
    EXPECT_NEAR(1.0 / 3, X.data()[last * width + 2], 1e-6);
    EXPECT_EQ(0, failed.data()[last]);
}

}  // namespace
}  // namespace alster
