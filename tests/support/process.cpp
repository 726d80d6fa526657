#include "tests/support/process.hpp"

#include <sys/wait.h>

#include <cstdlib>

#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster::test {

namespace {

/// The test program has started MPI: what it left in the environment would tell the command that it is one of its
/// ranks.
constexpr const char* forget_mpi =
    "for v in $(env | sed -n 's/^\\(\\(OMPI\\|PMIX\\|PMI\\)_[A-Za-z0-9_]*\\)=.*/\\1/p'); do unset $v; done; ";

}  // namespace

Finished run_command(const std::string& command)
{
    const TemporaryDirectory directory;
    const auto out = directory / "out";
    const auto err = directory / "err";
    const int status = std::system(
        (std::string(forget_mpi) + "(" + command + ") >'" + out.string() + "' 2>'" + err.string() + "'").c_str());
    return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .out = read_file(out), .err = read_file(err)};
}

std::string alster_program()
{
    const char* asked = std::getenv("ALSTER_PROGRAM");
    return asked ? asked : ALSTER_PROGRAM;
}

Finished run_alster(const std::string& arguments) { return run_command(alster_program() + " " + arguments); }

}  // namespace alster::test
