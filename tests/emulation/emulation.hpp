#pragma once
#include <cstddef>

namespace emulation {

/// How the emulated device behaves, for tests to set. The order of threads is in emulation::options (device_side.hpp).
struct Settings {
    int devices = 1;
    char first_uuid = 0;  // of device 0; a process may see only some of a node's
    std::size_t memory = std::size_t{64} << 30;
    std::size_t shared_bytes =
        227 << 10;  // a block's at most: 99 KiB on an A10, L40S or RTX, 163 on an A100, 227 on an H100
    int major = 9;  // compute capability
    int minor = 0;
    /// A stream's work does not run when it is put in, but when somebody waits for it: what forgot to wait reads what
    /// is not there yet.
    bool lazy_streams = false;
};

extern Settings settings;

/// Device memory in use.
[[nodiscard]] std::size_t allocated_bytes();

/// Calls of cudaMalloc so far.
[[nodiscard]] std::size_t allocations();

}  // namespace emulation
