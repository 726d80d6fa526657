#pragma once
#include <string>

namespace alster::test {

/// What a run of a program left behind.
struct Finished {
    int code = -1;  // exit code; -1: ended by a signal
    std::string out;
    std::string err;
};

/// Runs a shell command and waits for it.
Finished run_command(const std::string& command);

/// The program under test: the one that ALSTER_PROGRAM names in the environment, or the build's.
[[nodiscard]] std::string alster_program();

/// Runs `alster ARGUMENTS`.
Finished run_alster(const std::string& arguments);

}  // namespace alster::test
