// What the device can do at best, to hold the kernels' times against: copies, gathers of whole rows at random, reads of
// shared memory, matrix products and multiply-adds in registers, Cholesky in shared memory alone, launches. One line of
// JSON for each figure, the best of ten runs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "bench/cuda/floor_kernels.cuh"
#include "bench/cuda/require_gpu.hpp"
#include "kernels/cuda/device.hpp"

namespace {

using namespace alster;

constexpr int threads = 256;
constexpr int repetitions = 10;

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
    std::printf("{\"floor\": \"%s\", \"of\": \"%s\", \"value\": %.2f, \"unit\": \"%s\"}\n", figure, of.c_str(), value,
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

/// Page-locked host memory to the device, and back.
void measure_bus(Device& device, Clock& clock)
{
    constexpr std::size_t bytes = std::size_t{1} << 28;
    DeviceBuffer<std::byte> there(device.memory, bytes, "copies");
    PinnedBuffer<std::byte> here(bytes);
    const auto measure = [&](const char* of, void* to, const void* from, cudaMemcpyKind kind) {
        const double seconds =
            clock.best(device.stream, [&] { check(cudaMemcpyAsync(to, from, bytes, kind, device.stream.get())); });
        print("copy", of, 1e-9 * static_cast<double>(bytes) / seconds, "GB/s");
    };
    measure("page-locked to device", there.data(), here.data(), cudaMemcpyHostToDevice);
    measure("device to page-locked", here.data(), there.data(), cudaMemcpyDeviceToHost);
}

/// A kernel that does nothing, put behind others in a stream; and one that is waited for.
void measure_launch(Device& device, Clock& clock)
{
    constexpr int count = 1000;
    const auto start = [&] { launch(empty_kernel, dim3(1), dim3(32), 0, device.stream.get()); };
    const double behind = clock.best(device.stream, [&] {
        for (int k = 0; k < count; ++k) start();
    });
    print("launch", "behind another", 1e6 * behind / count, "us");
    double least = 1e30;
    for (int k = 0; k < count; ++k) {
        const auto begin = std::chrono::steady_clock::now();
        start();
        device.stream.synchronize();
        least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
    print("launch", "waited for", 1e6 * least, "us");
}

void measure_shared(Device& device, Clock& clock)
{
    DeviceBuffer<float> sink(device.memory, 1, "a result");
    constexpr int count = 8192;
    const int blocks = 8 * device.multiprocessors;
    const double seconds = clock.best(device.stream, [&] {
        launch(shared_kernel, dim3(blocks), dim3(threads), 0, device.stream.get(), count, 32U, sink.data());
    });
    print("read", "shared memory", 1e-9 * 16 * count * static_cast<double>(blocks) * threads / seconds, "GB/s");
}

template <int Bin>
void measure_cholesky(Device& device, Clock& clock)
{
    constexpr int order = tile * Shape<Bin>::tiles;
    constexpr std::size_t bytes = cholesky_floats<Bin> * sizeof(float);
    if (bytes + static_shared_bytes > device.shared_bytes) return;
    auto* kernel = cholesky_kernel<Bin>;
    check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
    int resident = 0;
    check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, kernel, Shape<Bin>::threads, bytes));
    const int blocks = std::max(1, resident) * device.multiprocessors;
    DeviceBuffer<float> solutions(device.memory, static_cast<std::size_t>(blocks) * order, "solutions");
    constexpr int count = 64;
    const double seconds = clock.best(device.stream, [&] {
        launch(kernel, dim3(blocks), dim3(Shape<Bin>::threads), bytes, device.stream.get(), count, solutions.data());
    });
    print("cholesky", "order " + std::to_string(order) + " in shared memory",
          1e-3 * static_cast<double>(blocks) * count / seconds, "systems/ms");
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
    if (const int code = require_gpu("gpu_floors")) return code;
    Device device(0, 0, 1);
    std::printf("{\"device\": \"%s\", \"multiprocessors\": %d, \"cache_bytes\": %lld}\n", device.name.c_str(),
                device.multiprocessors, static_cast<long long>(cache_bytes(device)));
    Clock clock;
    measure_copy(device, clock);
    for (const std::int64_t table : {std::int64_t{8} << 30, std::int64_t{24} << 20})
        for (const int row : {128, 256, 512, 1024}) measure_gather(device, clock, table, row);
    measure_multiply<false>(device, clock);
    measure_multiply<true>(device, clock);
    measure_fma<float>(device, clock);
    measure_fma<double>(device, clock);
    measure_shared(device, clock);
    measure_cholesky<0>(device, clock);
    measure_cholesky<1>(device, clock);
    measure_cholesky<2>(device, clock);
    measure_cholesky<3>(device, clock);
    measure_bus(device, clock);
    measure_launch(device, clock);
}
