// What the device can do at best, to hold the kernels' times against: copies, gathers of whole rows at random, matrix
// products and multiply-adds in registers. One line of JSON for each figure, the best of ten runs.
#include <algorithm>
#include <cstdio>
#include <string>

#include "kernels/cuda/device.hpp"
#include "kernels/cuda/gpu.hpp"
#include "kernels/cuda/mma.cuh"

namespace {

using namespace alster;

constexpr int threads = 256;
constexpr int repetitions = 10;

__global__ void copy_kernel(const float4* from, float4* to, std::int64_t count)
{
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t k = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; k < count; k += step)
        to[k] = from[k];
}

/// Each group of row_bytes / 16 threads sums rows at random places, four at a time in flight.
__global__ void gather_kernel(const float4* table, unsigned rows, unsigned group, unsigned rows_of_group, float* sink)
{
    const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    const unsigned lane = thread % group;
    const unsigned first = thread / group * rows_of_group;
    float sum = 0;
#pragma unroll 4
    for (unsigned k = 0; k < rows_of_group; ++k) {
        const unsigned row = __umulhi((first + k) * 0x9e3779b9U, rows);  // a hash, scaled to the rows: no division
        const float4 four = table[static_cast<std::int64_t>(row) * group + lane];
        sum += four.x + four.y + four.z + four.w;
    }
    if (sum == -1) sink[0] = sum;  // never: it keeps the loads
}

/// Chains of products of 16×8 by 8 (tf32) or 16 (bf16), eight of them independent.
template <bool Bf16>
__global__ void multiply_kernel(int count, float* sink)
{
    Sums sums[8] = {};
    const Fragment a{{1, 1, 1, 1}};
    for (int k = 0; k < count; ++k)
#pragma unroll
        for (auto& sum : sums) {
            if constexpr (Bf16)
                mma_bf16(sum, a, 1, 1);
            else
                mma_tf32(sum, a, 1, 1);
        }
    float all = 0;
    for (const auto& sum : sums) all += sum[0] + sum[1] + sum[2] + sum[3];
    if (all == -1) sink[0] = all;
}

/// Chains of fused multiply-adds, eight of them independent.
template <class T>
__global__ void fma_kernel(int count, T factor, float* sink)
{
    T sums[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    for (int k = 0; k < count; ++k)
#pragma unroll
        for (T& sum : sums) sum = fma(sum, factor, factor);
    T all = 0;
    for (const T sum : sums) all += sum;
    if (all == -1) sink[0] = 1;
}

class Clock {
public:
    Clock()
    {
        check(cudaEventCreate(&begin_));
        check(cudaEventCreate(&end_));
    }
    ~Clock()
    {
        cudaEventDestroy(begin_);
        cudaEventDestroy(end_);
    }
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;

    /// Seconds of the fastest run of `work`, which puts work into the stream.
    template <class F>
    double best(const Stream& stream, F work)
    {
        float least = 1e30F;
        for (int run = 0; run < repetitions; ++run) {
            check(cudaEventRecord(begin_, stream.get()));
            work();
            check(cudaGetLastError());
            check(cudaEventRecord(end_, stream.get()));
            stream.synchronize();
            float milliseconds = 0;
            check(cudaEventElapsedTime(&milliseconds, begin_, end_));
            least = std::min(least, milliseconds);
        }
        return least / 1000.0;
    }

private:
    cudaEvent_t begin_ = nullptr;
    cudaEvent_t end_ = nullptr;
};

void print(const char* figure, const std::string& of, double value, const char* unit)
{
    // fmt's checks of format strings at compile time are beyond nvcc 12
    std::printf("{\"floor\": \"%s\", \"of\": \"%s\", \"value\": %.1f, \"unit\": \"%s\"}\n", figure, of.c_str(), value,
                unit);
}

void measure_copy(Device& device, Clock& clock)
{
    const std::int64_t bytes = std::int64_t{1} << 31;
    DeviceBuffer<float4> from(device.memory, bytes / 16, "copies");
    DeviceBuffer<float4> to(device.memory, bytes / 16, "copies");
    const double seconds = clock.best(device.stream, [&] {
        launch(copy_kernel, dim3(8 * device.multiprocessors), dim3(threads), 0, device.stream.get(), from.data(),
               to.data(), bytes / 16);
    });
    print("copy", "HBM", 2e-9 * static_cast<double>(bytes) / seconds, "GB/s");
}

void measure_gather(Device& device, Clock& clock, std::int64_t table_bytes, int row_bytes)
{
    DeviceBuffer<float4> table(device.memory, table_bytes / 16, "a table");
    DeviceBuffer<float> sink(device.memory, 1, "a result");
    const int group = row_bytes / 16;
    const int blocks = 16 * device.multiprocessors;
    const std::int64_t groups = static_cast<std::int64_t>(blocks) * threads / group;
    const std::int64_t rows_of_group = std::max<std::int64_t>(1, (std::int64_t{1} << 31) / row_bytes / groups);
    const double seconds = clock.best(device.stream, [&] {
        launch(gather_kernel, dim3(blocks), dim3(threads), 0, device.stream.get(), table.data(),
               static_cast<unsigned>(table_bytes / row_bytes), static_cast<unsigned>(group),
               static_cast<unsigned>(rows_of_group), sink.data());
    });
    print("gather",
          "rows of " + std::to_string(row_bytes) + " bytes out of " + std::to_string(table_bytes >> 20) + " MiB",
          1e-9 * static_cast<double>(groups * rows_of_group * row_bytes) / seconds, "GB/s");
}

template <bool Bf16>
void measure_multiply(Device& device, Clock& clock)
{
    DeviceBuffer<float> sink(device.memory, 1, "a result");
    constexpr int count = 4096;
    const int blocks = 8 * device.multiprocessors;
    const double seconds = clock.best(device.stream, [&] {
        launch(multiply_kernel<Bf16>, dim3(blocks), dim3(threads), 0, device.stream.get(), count, sink.data());
    });
    const double products = static_cast<double>(blocks) * (threads / 32) * count * 8;
    print("mma.sync", Bf16 ? "bf16" : "tf32", 1e-12 * products * 2 * 16 * 8 * (Bf16 ? 16 : 8) / seconds, "TFLOP/s");
}

template <class T>
void measure_fma(Device& device, Clock& clock)
{
    DeviceBuffer<float> sink(device.memory, 1, "a result");
    constexpr int count = 4096;
    const int blocks = 8 * device.multiprocessors;
    const double seconds = clock.best(device.stream, [&] {
        launch(fma_kernel<T>, dim3(blocks), dim3(threads), 0, device.stream.get(), count, T{0.5}, sink.data());
    });
    print("fma", sizeof(T) == 4 ? "fp32" : "fp64",
          1e-12 * 2 * 8 * count * static_cast<double>(blocks) * threads / seconds, "TFLOP/s");
}

std::int64_t cache_bytes(const Device& device)
{
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, device.id));
    return properties.l2CacheSize;
}

}  // namespace

int main()
{
    std::string why;
    if (usable_devices(why).empty()) return std::fprintf(stderr, "gpu_floors: %s\n", why.c_str()), 69;
    Device device(0, 0, 1);
    std::printf("{\"device\": \"%s\", \"multiprocessors\": %d, \"cache_bytes\": %lld}\n", device.name.c_str(),
                device.multiprocessors, static_cast<long long>(cache_bytes(device)));
    Clock clock;
    measure_copy(device, clock);
    for (const std::int64_t table : {std::int64_t{8} << 30, std::int64_t{24} << 20})
        for (const int row : {128, 256, 512}) measure_gather(device, clock, table, row);
    measure_multiply<false>(device, clock);
    measure_multiply<true>(device, clock);
    measure_fma<float>(device, clock);
    measure_fma<double>(device, clock);
}
