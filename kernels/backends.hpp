#pragma once
#include <string>

namespace alster {

/// The backends of this build, as --backend and --version name them: "reference cpu", "reference cpu cuda".
[[nodiscard]] std::string backend_names();

}  // namespace alster
