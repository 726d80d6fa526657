#pragma once
#include <functional>
#include <string>

namespace alster::test {

/// Runs the tests of this program between MPI's start and its end; the exit code, 0 or 1, is the same on all ranks.
/// `unavailable` says why none can be run here, or "": rank 0 then prints it once and the exit code is 69.
[[nodiscard]] int run_tests(int argc, char** argv, const std::function<std::string()>& unavailable = {});

}  // namespace alster::test
