#pragma once
#include <string>

namespace alster {

/// "0.1.0", the commit it was built from, and the facts of the build, one a line.
[[nodiscard]] std::string version();
[[nodiscard]] std::string git_commit();
[[nodiscard]] std::string build_facts();

}  // namespace alster
