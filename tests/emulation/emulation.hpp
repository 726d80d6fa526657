#pragma once
#include <cstddef>

namespace emulation {

/// How the emulated device behaves, for tests to set. The order of threads is in emulation::options (device_side.hpp).
struct Settings {
    int devices = 1;
    std::size_t memory = std::size_t{8} << 30;
    /// A stream's work does not run when it is put in, but when somebody waits for it: what forgot to wait reads what
    /// is not there yet.
    bool lazy_streams = false;
};

extern Settings settings;

/// Device memory in use.
[[nodiscard]] std::size_t allocated_bytes();

}  // namespace emulation
