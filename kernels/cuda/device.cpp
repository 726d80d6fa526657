#include "kernels/cuda/device.hpp"

#include "data/error.hpp"

namespace alster {

namespace {

constexpr double gib = 1024.0 * 1024 * 1024;

/// What the driver takes for themselves later.
constexpr std::size_t reserve = std::size_t{256} << 20;

std::size_t free_memory()
{
    std::size_t free = 0;
    std::size_t total = 0;
    check(cudaMemGetInfo(&free, &total));
    return free;
}

cudaDeviceProp properties_of(int id)
{
    check(cudaSetDevice(id));
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, id));
    return properties;
}

}  // namespace

void check(cudaError_t status, const char* file, int line)
{
    if (status == cudaSuccess) return;
    const ExitCode code = status == cudaErrorMemoryAllocation ? ExitCode::out_of_memory : ExitCode::internal;
    throw Error(code, "CUDA: {} ({}:{})", cudaGetErrorString(status), file, line);
}

void DeviceMemory::take(std::size_t bytes, const std::string& purpose)
{
    if (bytes > available())
        throw Error(ExitCode::out_of_memory,
                    "the GPU has {:.3f} GiB left and {} needs {:.3f} GiB ({:.3f} GiB are in use): take more GPUs or "
                    "fewer factors",
                    static_cast<double>(available()) / gib, purpose, static_cast<double>(bytes) / gib,
                    static_cast<double>(taken_) / gib);
    taken_ += bytes;
}

Device::Device(int device, std::size_t memory_limit, int sharing)
    : id(device),
      name(properties_of(device).name),
      multiprocessors(properties_of(device).multiProcessorCount),
      shared_bytes(properties_of(device).sharedMemPerBlockOptin),
      memory(memory_limit > 0 ? memory_limit : (free_memory() - std::min(free_memory(), reserve)) / sharing)
{
}

int device_count(std::string& why)
{
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status == cudaSuccess && count > 0) return count;
    cudaGetLastError();                         // so that it is not found by the next call
    if (status == cudaErrorInsufficientDriver)  // what the runtime says of a machine without any driver, too
        why = "no NVIDIA driver, or one too old for this build";
    else
        why = status == cudaSuccess ? "no CUDA device" : cudaGetErrorString(status);
    return 0;
}

}  // namespace alster
