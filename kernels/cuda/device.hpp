#pragma once
#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "kernels/backends.hpp"

namespace alster {

/// Throws Error with the call's place: out_of_memory (13) where memory was asked for, else internal (70).
void check(cudaError_t status, const char* file = __builtin_FILE(), int line = __builtin_LINE());

/// Owns a stream. There is no default stream in this program: whatever waits for nothing says so.
class Stream {
public:
    Stream() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
    ~Stream()
    {
        if (stream_) cudaStreamDestroy(stream_);
    }
    Stream(Stream&& other) noexcept : stream_(std::exchange(other.stream_, nullptr)) {}
    Stream& operator=(Stream&& other) noexcept
    {
        std::swap(stream_, other.stream_);
        return *this;
    }

    [[nodiscard]] cudaStream_t get() const { return stream_; }
    void synchronize() const { check(cudaStreamSynchronize(stream_)); }

private:
    cudaStream_t stream_ = nullptr;
};

/// A point in a stream's work that another stream, or the host, can wait for.
class Event {
public:
    Event() { check(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming)); }
    ~Event()
    {
        if (event_) cudaEventDestroy(event_);
    }
    Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
    Event& operator=(Event&& other) noexcept
    {
        std::swap(event_, other.event_);
        return *this;
    }

    void record(const Stream& stream) const { check(cudaEventRecord(event_, stream.get())); }
    void let_wait(const Stream& stream) const { check(cudaStreamWaitEvent(stream.get(), event_, 0)); }

private:
    cudaEvent_t event_ = nullptr;
};

/// What one rank may take of its GPU, so that sizes are known before anything is allocated.
class DeviceMemory {
public:
    explicit DeviceMemory(std::size_t limit) : limit_(limit) {}

    [[nodiscard]] std::size_t available() const { return limit_ - std::min(limit_, taken_); }
    [[nodiscard]] std::size_t taken() const { return taken_; }

    /// Throws out_of_memory (13), naming `purpose` and the figures, where `bytes` are more than is available.
    void take(std::size_t bytes, const std::string& purpose);
    void give(std::size_t bytes) noexcept { taken_ -= bytes; }

private:
    std::size_t limit_;
    std::size_t taken_ = 0;
};

/// Owns an array of T in device memory; `memory` must outlive it. Move-only: a copy across the bus is a named call.
template <class T>
class DeviceBuffer {
public:
    DeviceBuffer() = default;
    DeviceBuffer(DeviceMemory& memory, std::size_t size, const std::string& purpose) : size_(size)
    {
        if (size_ == 0) return;
        memory.take(bytes(), purpose);
        memory_ = &memory;
        if (const cudaError_t status = cudaMalloc(reinterpret_cast<void**>(&data_), bytes()); status != cudaSuccess) {
            memory.give(bytes());
            check(status);
        }
    }
    ~DeviceBuffer()
    {
        if (!data_) return;
        cudaFree(data_);
        memory_->give(bytes());
    }
    DeviceBuffer(DeviceBuffer&& other) noexcept { swap(other); }
    DeviceBuffer& operator=(DeviceBuffer&& other) noexcept
    {
        swap(other);
        return *this;
    }

    [[nodiscard]] T* data() { return data_; }
    [[nodiscard]] const T* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t bytes() const { return size_ * sizeof(T); }

    /// Makes room for `size` elements, whose values are then undefined.
    void reserve(DeviceMemory& memory, std::size_t size, const std::string& purpose)
    {
        if (size > size_) *this = DeviceBuffer(memory, size, purpose);
    }

    void zero(const Stream& stream)
    {
        if (size_ > 0) check(cudaMemsetAsync(data_, 0, bytes(), stream.get()));
    }

private:
    void swap(DeviceBuffer& other) noexcept
    {
        std::swap(memory_, other.memory_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    DeviceMemory* memory_ = nullptr;
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Owns an array of T in page-locked host memory, the only kind that asynchronous copies may touch.
template <class T>
class PinnedBuffer {
public:
    PinnedBuffer() = default;
    explicit PinnedBuffer(std::size_t size) : size_(size)
    {
        if (size_ > 0) check(cudaMallocHost(reinterpret_cast<void**>(&data_), size_ * sizeof(T)));
    }
    ~PinnedBuffer()
    {
        if (data_) cudaFreeHost(data_);
    }
    PinnedBuffer(PinnedBuffer&& other) noexcept { swap(other); }
    PinnedBuffer& operator=(PinnedBuffer&& other) noexcept
    {
        swap(other);
        return *this;
    }

    [[nodiscard]] T* data() { return data_; }
    [[nodiscard]] const T* data() const { return data_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    /// What was there before is lost where it had less room: nothing may be on its way then.
    [[nodiscard]] std::span<T> first(std::size_t count)
    {
        if (count > size_) *this = PinnedBuffer(count);
        return {data_, count};
    }

private:
    void swap(PinnedBuffer& other) noexcept
    {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
    }

    T* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Page-locks a vector that somebody else owns, as long as this lives.
class PinnedRegistration {
public:
    PinnedRegistration() = default;
    PinnedRegistration(const void* data, std::size_t bytes) : data_(bytes > 0 ? const_cast<void*>(data) : nullptr)
    {
        if (data_) check(cudaHostRegister(data_, bytes, cudaHostRegisterDefault));
    }
    ~PinnedRegistration()
    {
        if (data_) cudaHostUnregister(data_);
    }
    PinnedRegistration(PinnedRegistration&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
    PinnedRegistration& operator=(PinnedRegistration&& other) noexcept
    {
        std::swap(data_, other.data_);
        return *this;
    }

private:
    void* data_ = nullptr;
};

/// What kernels may have of a device, and how many of their blocks it holds. Each question is asked of the driver once:
/// it costs about what a launch does, and the answer stays.
class KernelLimits {
public:
    /// Blocks may have this much shared memory.
    explicit KernelLimits(std::size_t shared_bytes) : shared_bytes_(shared_bytes) {}

    /// Lets blocks of the kernel have all the dynamic shared memory that the device has beside `static_bytes`: less
    /// would be too little for somebody else's launch of it.
    template <class Kernel>
    void allow_shared(Kernel* kernel, std::size_t static_bytes)
    {
        if (!allowed_.insert(address(kernel)).second) return;
        check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   static_cast<int>(shared_bytes_ - static_bytes)));
    }

    /// Blocks of so many threads and bytes of dynamic shared memory that a multiprocessor holds; at least 1.
    template <class Kernel>
    [[nodiscard]] int resident_blocks(Kernel* kernel, int threads, std::size_t bytes)
    {
        int& blocks = resident_[{address(kernel), bytes}];
        if (blocks > 0) return blocks;
        check(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads, bytes));
        return blocks = std::max(1, blocks);
    }

private:
    template <class Kernel>
    static const void* address(Kernel* kernel)
    {
        return reinterpret_cast<const void*>(kernel);
    }

    std::size_t shared_bytes_;
    std::set<const void*> allowed_;
    std::map<std::pair<const void*, std::size_t>, int> resident_;
};

/// A GPU as one rank uses it.
struct Device {
    /// Takes GPU `id`, of which this rank may use `memory_limit` bytes (0: what is free now, less a reserve, divided by
    /// the ranks that share the GPU).
    Device(int id, std::size_t memory_limit, int sharing);

    int id;
    std::string name;
    int multiprocessors;
    std::size_t shared_bytes;  // that one block may ask for
    KernelLimits limits;
    DeviceMemory memory;
    Stream stream;                    // all computing
    Stream transfer;                  // interactions on their way to the device
    PinnedBuffer<std::byte> staging;  // of copies (transfer.hpp); free whenever `stream` has been waited for
};

/// The GPUs that answer and have at least the compute capability that kernels are built for; where there are none `why`
/// says the reason.
[[nodiscard]] std::vector<Gpu> usable_devices(std::string& why);

/// Makes this process's context on the device, some hundred MiB of its memory: a Device measures what is free then.
void open_device(int id);

}  // namespace alster
