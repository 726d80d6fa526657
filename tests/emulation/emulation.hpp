#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

namespace emulation {

/// Whether ALSTER_EMULATED_STREAMS is "lazy" in the environment.
[[nodiscard]] bool lazy_in_environment();

/// ALSTER_EMULATED_ARCHITECTURE of the environment, else 90.
[[nodiscard]] int architecture_in_environment();

/// How the emulated device behaves, for tests to set. The order of threads is in emulation::options (device_side.hpp).
struct Settings {
    int devices = 1;
    char first_uuid = 0;  // of device 0; a process may see only some of a node's
    std::size_t memory = std::size_t{64} << 30;
    /// A block's at most: 99 KiB on an A10, L40S or RTX, 163 on an A100, 227 on an H100.
    std::size_t shared_bytes = (architecture_in_environment() >= 90 ? 227 : 163) << 10;
    int major = architecture_in_environment() / 10;  // compute capability
    int minor = architecture_in_environment() % 10;
    /// A stream's work does not run when it is put in, but when somebody waits for it: what forgot to wait reads what
    /// is not there yet.
    bool lazy_streams = lazy_in_environment();
    std::optional<std::uint64_t> only_block;  // of each launch, counted along x first; nothing: all of them run
};

extern Settings settings;

[[nodiscard]] bool is_device_memory(const void* address);

/// Device memory in use.
[[nodiscard]] std::size_t allocated_bytes();

/// Page-locked memory in use, that of others which is only registered not counted.
[[nodiscard]] std::size_t page_locked_bytes();

/// Calls of cudaMalloc so far.
[[nodiscard]] std::size_t allocations();

/// Calls of cudaStreamSynchronize so far.
[[nodiscard]] std::size_t waits();

/// Calls of cudaFuncSetAttribute and cudaOccupancyMaxActiveBlocksPerMultiprocessor so far.
[[nodiscard]] std::size_t questions_of_kernels();

}  // namespace emulation
