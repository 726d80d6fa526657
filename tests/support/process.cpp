#include "tests/support/process.hpp"

#include <sys/wait.h>

#include <cstdlib>

#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster::test {

Finished run_command(const std::string& command)
{
    const TemporaryDirectory directory;
    const auto out = directory / "out";
    const auto err = directory / "err";
    const int status = std::system(("(" + command + ") >'" + out.string() + "' 2>'" + err.string() + "'").c_str());
    return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .out = read_file(out), .err = read_file(err)};
}

Finished run_alster(const std::string& arguments) { return run_command(ALSTER_PROGRAM " " + arguments); }

}  // namespace alster::test
