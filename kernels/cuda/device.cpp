#include "kernels/cuda/device.hpp"

#include <fmt/ranges.h>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr double gib = 1024.0 * 1024 * 1024;

/// mma.sync with tf32 and bf16, and what CMAKE_CUDA_ARCHITECTURES starts from.
constexpr int least_major = 8;

/// What the driver takes for themselves later.
constexpr std::size_t reserve = std::size_t{256} << 20;

std::size_t free_memory()
{
    std::size_t free = 0;
    std::size_t total = 0;
    check(cudaMemGetInfo(&free, &total));
    return free;
}

std::string hexadecimal(const cudaUUID_t& uuid)
{
    return fmt::format("{:02x}", fmt::join(std::span(reinterpret_cast<const unsigned char*>(uuid.bytes), 16), ""));
}

cudaDeviceProp properties_of(int id)
{
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, id));
    return properties;
}

cudaDeviceProp opened(int id)
{
    open_device(id);
    return properties_of(id);
}

}  // namespace

void check(cudaError_t status, const char* file, int line)
{
    if (status == cudaSuccess) return;
    cudaGetLastError();  // so that the next launch is not blamed for it
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
      name(opened(device).name),
      multiprocessors(properties_of(device).multiProcessorCount),
      shared_bytes(properties_of(device).sharedMemPerBlockOptin),
      limits(shared_bytes),
      memory(memory_limit > 0 ? memory_limit : (free_memory() - std::min(free_memory(), reserve)) / sharing)
{
}

std::vector<Gpu> usable_devices(std::string& why)
{
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status == cudaErrorInsufficientDriver)  // what the runtime says of a machine without any driver, too
        why = "no NVIDIA driver, or one too old for this build";
    else
        why = status == cudaSuccess ? "no CUDA device" : cudaGetErrorString(status);
    if (status != cudaSuccess) cudaGetLastError();  // so that it is not found by the next call
    std::vector<Gpu> usable;
    for (int id = 0; status == cudaSuccess && id < count; ++id) {
        const cudaDeviceProp device = properties_of(id);
        if (device.major >= least_major)
            usable.push_back({id, hexadecimal(device.uuid), device.name,
                              fmt::format("sm_{}{}", device.major, device.minor), device.sharedMemPerBlockOptin});
        else
            why = fmt::format("{} has compute capability {}.{}, and {}.0 is needed", device.name, device.major,
                              device.minor, least_major);
    }
    return usable;
}

void open_device(int id)
{
    check(cudaSetDevice(id));
    check(cudaFree(nullptr));
}

}  // namespace alster
