#pragma once
// What host code sees of the CUDA runtime. Beyond doing what CUDA does it checks: asynchronous copies touch page-locked
// memory only, nothing goes to the default stream, copies stay inside of what was allocated. What a device refuses to
// launch is not run, and only cudaGetLastError says so.
#include <cstddef>
#include <functional>
#include <tuple>

#include "tests/emulation/device_side.hpp"

enum cudaError_t {
    cudaSuccess = 0,
    cudaErrorInvalidValue = 1,
    cudaErrorMemoryAllocation = 2,
    cudaErrorInvalidConfiguration = 9,
    cudaErrorInsufficientDriver = 35,
    cudaErrorNoDevice = 100,
};
enum cudaMemcpyKind { cudaMemcpyHostToDevice = 1, cudaMemcpyDeviceToHost = 2, cudaMemcpyDeviceToDevice = 3 };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8 };
inline constexpr unsigned cudaStreamNonBlocking = 1;
inline constexpr unsigned cudaEventDisableTiming = 2;
inline constexpr unsigned cudaHostRegisterDefault = 0;

using cudaEvent_t = struct CUevent_st*;

struct cudaUUID_t {
    char bytes[16];
};

struct cudaDeviceProp {
    char name[256];
    cudaUUID_t uuid;
    int major;
    int minor;
    int multiProcessorCount;
    std::size_t sharedMemPerBlockOptin;
};

const char* cudaGetErrorString(cudaError_t status);
cudaError_t cudaGetLastError();
cudaError_t cudaGetDeviceCount(int* count);
cudaError_t cudaSetDevice(int device);
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total);
cudaError_t cudaMalloc(void** pointer, std::size_t bytes);
cudaError_t cudaFree(void* pointer);
cudaError_t cudaMallocHost(void** pointer, std::size_t bytes);
cudaError_t cudaFreeHost(void* pointer);
cudaError_t cudaHostRegister(void* pointer, std::size_t bytes, unsigned flags);
cudaError_t cudaHostUnregister(void* pointer);
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream);
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream);
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags);
cudaError_t cudaStreamDestroy(cudaStream_t stream);
cudaError_t cudaStreamSynchronize(cudaStream_t stream);
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned flags);
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags);
cudaError_t cudaEventDestroy(cudaEvent_t event);
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream);

namespace emulation {

/// Puts work into a stream.
void enqueue(cudaStream_t stream, std::function<void()> work);

/// Counts a question that the driver was asked about a kernel.
void count_question();

/// Raises the dynamic shared memory that the kernel may be launched with.
cudaError_t allow_shared(const void* kernel, int bytes);

/// Whether the device takes the launch; what it refuses is the last error.
bool takes(const void* kernel, dim3 grid, dim3 block, std::size_t shared_bytes);

}  // namespace emulation

template <class Kernel>
cudaError_t cudaFuncSetAttribute(Kernel* kernel, cudaFuncAttribute, int bytes)
{
    return emulation::allow_shared(reinterpret_cast<const void*>(kernel), bytes);
}

template <class Kernel>
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Kernel*, int, std::size_t)
{
    emulation::count_question();
    *blocks = 1;
    return cudaSuccess;
}

template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared_bytes, cudaStream_t stream,
            Arguments&&... arguments)
{
    if (!emulation::takes(reinterpret_cast<const void*>(kernel), grid, block, shared_bytes)) return;
    using Kept = std::tuple<std::decay_t<Parameters>...>;
    emulation::enqueue(stream, [=, kept = Kept(static_cast<Parameters>(arguments)...)] {
        struct Call {
            void (*kernel)(Parameters...);
            const Kept& arguments;
        };
        const Call call{kernel, kept};
        const auto run = [](const void* opaque) {
            const auto& self = *static_cast<const Call*>(opaque);
            std::apply(self.kernel, self.arguments);
        };
        emulation::run_grid(grid, block, shared_bytes, run, &call);
    });
}
