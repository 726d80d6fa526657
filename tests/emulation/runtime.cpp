// The CUDA runtime's host side on a CPU: memory, streams and events.
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "tests/emulation/emulation.hpp"
#include "tests/emulation/host_side.hpp"

struct CUstream_st {
    std::deque<std::function<void()>> work;
    std::size_t issued = 0;
    std::size_t done = 0;
};

struct CUevent_st {
    cudaStream_t stream = nullptr;
    std::size_t after = 0;  // this much of the stream's work
};

namespace emulation {

bool lazy_in_environment()
{
    const char* streams = std::getenv("ALSTER_EMULATED_STREAMS");
    return streams && std::strcmp(streams, "lazy") == 0;
}

int architecture_in_environment()
{
    const char* architecture = std::getenv("ALSTER_EMULATED_ARCHITECTURE");
    return architecture ? std::atoi(architecture) : 90;
}

Settings settings;

namespace {

using Blocks = std::map<const char*, std::size_t>;  // address and size

Blocks device_blocks;
Blocks pinned_blocks;
std::size_t in_use = 0;
std::size_t page_locked = 0;
std::size_t allocated = 0;  // times
std::size_t waited = 0;     // times
std::size_t asked = 0;      // about kernels, times
std::set<cudaStream_t> streams;
std::map<const void*, std::size_t> raised;  // dynamic shared memory of kernels whose limit was raised
cudaError_t last_error = cudaSuccess;

cudaError_t failed(cudaError_t status) { return last_error = status; }

[[noreturn]] void refuse(const char* what)
{
    std::fprintf(stderr, "emulation: %s\n", what);
    std::abort();
}

bool holds(const Blocks& blocks, const void* pointer, std::size_t bytes)
{
    const auto* address = static_cast<const char*>(pointer);
    auto block = blocks.upper_bound(address);
    if (block == blocks.begin()) return false;
    --block;
    return address + bytes <= block->first + block->second;
}

void run_until(CUstream_st& stream, std::size_t done)
{
    while (stream.done < done) {
        const auto work = std::move(stream.work.front());
        stream.work.pop_front();
        work();
        ++stream.done;
    }
}

void run_all()
{
    for (const cudaStream_t stream : streams) run_until(*stream, stream->issued);
}

/// From this size on memory is taken only where it is written, and not NaN to begin with: no machine has room for the
/// tables that 32-bit offsets do not reach.
constexpr std::size_t huge = std::size_t{1} << 30;

void* allocate(Blocks& blocks, std::size_t bytes)
{
    void* memory =
        bytes < huge ? std::malloc(bytes)
                     : mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes < huge) std::memset(memory, 0xff, bytes);  // NaN: what was not written shows
    blocks[static_cast<const char*>(memory)] = bytes;
    return memory;
}

std::size_t release(Blocks& blocks, void* pointer)
{
    const auto block = blocks.find(static_cast<const char*>(pointer));
    if (block == blocks.end()) refuse("memory is freed that was not allocated so");
    const std::size_t bytes = block->second;
    blocks.erase(block);
    return bytes;
}

void free_block(void* pointer, std::size_t bytes)
{
    if (bytes < huge)
        std::free(pointer);
    else
        munmap(pointer, bytes);
}

}  // namespace

bool is_device_memory(const void* address) { return holds(device_blocks, address, 1); }
std::size_t allocated_bytes() { return in_use; }
std::size_t page_locked_bytes() { return page_locked; }
std::size_t allocations() { return allocated; }
std::size_t waits() { return waited; }
std::size_t questions_of_kernels() { return asked; }
void count_question() { ++asked; }

cudaError_t allow_shared(const void* kernel, int bytes)
{
    count_question();
    if (bytes < 0 || static_cast<std::size_t>(bytes) > settings.shared_bytes) return failed(cudaErrorInvalidValue);
    raised[kernel] = static_cast<std::size_t>(bytes);
    return cudaSuccess;
}

bool takes(const void* kernel, dim3 grid, dim3 block, std::size_t shared_bytes)
{
    constexpr unsigned most_blocks = 0x7fffffff;  // along x
    constexpr std::size_t without_asking = 48 << 10;
    const auto within = [](dim3 size, dim3 limit) {
        return std::min({size.x, size.y, size.z}) > 0 && size.x <= limit.x && size.y <= limit.y && size.z <= limit.z;
    };
    const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
    if (!within(grid, {most_blocks, 65535, 65535}) || !within(block, {1024, 1024, 64}) || threads > 1024)
        return failed(cudaErrorInvalidConfiguration) == cudaSuccess;
    const auto limit = raised.find(kernel);
    if (shared_bytes > without_asking && (limit == raised.end() || shared_bytes > limit->second))
        return failed(cudaErrorInvalidValue) == cudaSuccess;
    return true;
}

void enqueue(cudaStream_t stream, std::function<void()> work)
{
    if (!streams.contains(stream)) refuse("work for the default stream, or for none that exists");
    stream->work.push_back(std::move(work));
    ++stream->issued;
    if (!settings.lazy_streams) run_until(*stream, stream->issued);
}

}  // namespace emulation

using namespace emulation;

const char* cudaGetErrorString(cudaError_t status)
{
    switch (status) {
        case cudaSuccess:
            return "no error";
        case cudaErrorMemoryAllocation:
            return "out of memory";
        case cudaErrorInsufficientDriver:
            return "CUDA driver version is insufficient for CUDA runtime version";
        case cudaErrorNoDevice:
            return "no CUDA-capable device is detected";
        case cudaErrorInvalidConfiguration:
            return "invalid configuration argument";
        default:
            return "invalid argument";
    }
}

cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }

cudaError_t cudaGetDeviceCount(int* count)
{
    *count = settings.devices;
    return settings.devices > 0 ? cudaSuccess : failed(cudaErrorInsufficientDriver);
}

cudaError_t cudaSetDevice(int device)
{
    return device < settings.devices ? cudaSuccess : failed(cudaErrorInvalidValue);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device)
{
    const auto uuid = static_cast<char>(settings.first_uuid + device);
    *properties = {"emulated device", {{uuid}}, settings.major, settings.minor, 3, settings.shared_bytes};
    return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total)
{
    *total = settings.memory;
    *free = settings.memory - in_use;
    return cudaSuccess;
}

cudaError_t cudaMalloc(void** pointer, std::size_t bytes)
{
    if (in_use + bytes > settings.memory) return failed(cudaErrorMemoryAllocation);
    in_use += bytes;
    ++allocated;
    *pointer = allocate(device_blocks, bytes);
    return cudaSuccess;
}

cudaError_t cudaFree(void* pointer)
{
    run_all();  // as CUDA's waits for the device
    if (!pointer) return cudaSuccess;
    const std::size_t bytes = release(device_blocks, pointer);
    in_use -= bytes;
    free_block(pointer, bytes);
    return cudaSuccess;
}

cudaError_t cudaMallocHost(void** pointer, std::size_t bytes)
{
    *pointer = allocate(pinned_blocks, bytes);
    page_locked += bytes;
    return cudaSuccess;
}

cudaError_t cudaFreeHost(void* pointer)
{
    run_all();
    const std::size_t bytes = release(pinned_blocks, pointer);
    page_locked -= bytes;
    free_block(pointer, bytes);
    return cudaSuccess;
}

cudaError_t cudaHostRegister(void* pointer, std::size_t bytes, unsigned)
{
    pinned_blocks[static_cast<const char*>(pointer)] = bytes;
    return cudaSuccess;
}

cudaError_t cudaHostUnregister(void* pointer)
{
    run_all();
    // what was freed in the meantime ends the program here, at least under AddressSanitizer
    const auto* first = static_cast<const volatile char*>(pointer);
    const std::size_t bytes = release(pinned_blocks, pointer);
    (void)first[0];
    (void)first[bytes - 1];
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t stream)
{
    const Blocks& source = kind == cudaMemcpyHostToDevice ? pinned_blocks : device_blocks;
    const Blocks& target = kind == cudaMemcpyDeviceToHost ? pinned_blocks : device_blocks;
    if (!holds(source, from, bytes)) refuse("a copy reads beyond its memory, or from memory that is not page-locked");
    if (!holds(target, to, bytes)) refuse("a copy writes beyond its memory, or to memory that is not page-locked");
    enqueue(stream, [=] { std::memcpy(to, from, bytes); });
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream)
{
    if (!holds(device_blocks, to, bytes)) refuse("a memset beyond its memory");
    if (value == 0 && bytes >= huge)  // its pages are zero when they are touched again
        enqueue(stream, [=] { madvise(to, bytes, MADV_DONTNEED); });
    else
        enqueue(stream, [=] { std::memset(to, value, bytes); });
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned)
{
    *stream = new CUstream_st;
    streams.insert(*stream);
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream)
{
    run_until(*stream, stream->issued);
    streams.erase(stream);
    delete stream;
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream)
{
    ++waited;
    run_until(*stream, stream->issued);
    return cudaSuccess;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned)
{
    const CUevent_st recorded = *event;  // a later record does not count
    if (recorded.stream) enqueue(stream, [=] { run_until(*recorded.stream, recorded.after); });
    return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned)
{
    *event = new CUevent_st;
    return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event)
{
    delete event;
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream)
{
    *event = {stream, stream->issued};
    return cudaSuccess;
}
