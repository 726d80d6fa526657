// Kernels with mistakes, to prove that the emulation finds them: planted_bugs NAME runs one.
// Exit code 0: the result was right and nobody complained; 1: the result is wrong; 2: the device refused the launch;
// else a check ended the program.
#include <cuda_runtime.h>

#include <cstdio>
#include <cstring>
#include <vector>

#include "tests/emulation/emulation.hpp"

namespace {

constexpr int threads = 64;

enum class Bug { none, missing_barrier, beyond_shared, divergent_barrier, absent_lane, unwritten_shared, block_race };

/// *sum += Σ x over the blocks, by a tree in shared memory and one warp's shuffles.
__global__ void sum_kernel(const float* x, int n, float* sum, Bug bug)
{
    SHARED(float, part, [threads]);
    const int t = static_cast<int>(threadIdx.x);
    const int first = static_cast<int>(blockIdx.x) * threads;
    if (bug != Bug::unwritten_shared || t % 2) part[t] = first + t < n ? x[first + t] : 0.0F;
    if (bug == Bug::beyond_shared && t == 0) part[threads + static_cast<int>(blockIdx.x)] = 0;
    if (bug != Bug::missing_barrier) __syncthreads();
    if (t < 32) part[t] += part[t + 32];
    if (bug == Bug::divergent_barrier && t < 32) __syncthreads();
    if (t >= 32) return;
    float value = part[t];
    if (bug == Bug::absent_lane && t == 31) return;
    for (int distance = 16; distance > 0; distance /= 2) value += __shfl_xor_sync(~0U, value, distance);
    if (t > 0) return;
    if (bug == Bug::block_race)
        *sum += value;
    else
        atomicAdd(sum, value);
}

/// What a careless host gets wrong.
struct Caller {
    bool waits = true;
    bool pins = true;
    unsigned blocks_along_y = 1;
    std::size_t shared_bytes = 0;
    std::size_t raised_to = 0;
};

/// Adds 1 … 256 on the device: the exit code.
int sum_up(Bug bug, const Caller& caller)
{
    constexpr int n = 256;
    std::vector<float> pageable(n);
    cudaStream_t stream, transfer;
    cudaEvent_t arrived;
    void *x, *sum, *host;
    cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    cudaStreamCreateWithFlags(&transfer, cudaStreamNonBlocking);
    cudaEventCreateWithFlags(&arrived, cudaEventDisableTiming);
    cudaMalloc(&x, n * sizeof(float));
    cudaMalloc(&sum, sizeof(float));
    cudaMallocHost(&host, n * sizeof(float));
    auto* values = caller.pins ? static_cast<float*>(host) : pageable.data();
    for (int k = 0; k < n; ++k) values[k] = static_cast<float>(k + 1);
    cudaMemcpyAsync(x, values, n * sizeof(float), cudaMemcpyHostToDevice, transfer);
    cudaEventRecord(arrived, transfer);
    if (caller.waits) cudaStreamWaitEvent(stream, arrived, 0);
    cudaMemsetAsync(sum, 0, sizeof(float), stream);
    if (caller.raised_to > 0)
        cudaFuncSetAttribute(sum_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                             static_cast<int>(caller.raised_to));
    launch(sum_kernel, dim3(n / threads, caller.blocks_along_y), dim3(threads), caller.shared_bytes, stream,
           static_cast<float*>(x), n, static_cast<float*>(sum), bug);
    if (cudaGetLastError() != cudaSuccess) return 2;
    cudaMemcpyAsync(host, sum, sizeof(float), cudaMemcpyDeviceToHost, stream);
    cudaStreamSynchronize(stream);
    return *static_cast<float*>(host) == n * (n + 1) / 2 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv)
{
    const char* name = argc > 1 ? argv[1] : "none";
    const auto is = [&](const char* other) { return std::strcmp(name, other) == 0; };
    emulation::settings.lazy_streams = true;
    const Bug bug = is("missing_barrier")     ? Bug::missing_barrier
                    : is("beyond_shared")     ? Bug::beyond_shared
                    : is("divergent_barrier") ? Bug::divergent_barrier
                    : is("absent_lane")       ? Bug::absent_lane
                    : is("unwritten_shared")  ? Bug::unwritten_shared
                    : is("block_race")        ? Bug::block_race
                                              : Bug::none;
    Caller caller{.waits = !is("missing_wait"), .pins = !is("pageable_copy")};
    if (is("large_grid")) caller.blocks_along_y = 65536;
    if (is("shared_raised") || is("shared_not_raised") || is("shared_beyond_device")) caller.shared_bytes = 64 << 10;
    if (is("shared_raised")) caller.raised_to = 64 << 10;
    if (is("shared_beyond_device")) {
        emulation::settings.shared_bytes = 63 << 10;
        caller.raised_to = 64 << 10;
    }
    return sum_up(bug, caller);
}
