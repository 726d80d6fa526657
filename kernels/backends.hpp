#pragma once
#include <string>

namespace alster {

/// The backends of this build, as --backend and --version name them: "cpu reference", "cpu cuda reference".
[[nodiscard]] std::string backend_names();

/// The GPUs that this process can use; 0, with the reason, where the build, the driver or the machine has none.
[[nodiscard]] int gpu_count(std::string& why);

}  // namespace alster
