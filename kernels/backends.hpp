#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace alster {

/// The backends of this build, as --backend and --version name them: "cpu reference", "cpu cuda reference".
[[nodiscard]] std::string backend_names();

/// A GPU that this process can use.
struct Gpu {
    int id = 0;        // this process's number of it
    std::string uuid;  // the same in every process, whatever number the GPU has there
    std::string name;
    std::string architecture;      // "sm_90"
    std::size_t shared_bytes = 0;  // that one block may ask for: decides by what rows are solved
};

/// The GPUs that this process can use; none, with the reason, where the build, the driver or the machine has none, or
/// none for which kernels are built.
[[nodiscard]] std::vector<Gpu> gpus(std::string& why);

}  // namespace alster
