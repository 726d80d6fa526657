#include "tests/support/process.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <set>

#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster::test {

namespace {

/// Variables of an MPI library or of its launcher.
bool is_of_mpi(const std::string& name)
{
    return name.starts_with("OMPI_") || name.starts_with("PMIX_") || name.starts_with("PMI_");
}

std::set<std::string> variables_of_mpi()
{
    std::set<std::string> names;
    for (char** variable = environ; *variable; ++variable) {
        const std::string name(*variable, std::strcspn(*variable, "="));
        if (is_of_mpi(name)) names.insert(name);
    }
    return names;
}

/// Those that the tests' user has set: a rank of a launcher cannot tell them from the launcher's. Read before MPI
/// starts, which adds its own.
const std::set<std::string> set_by_the_user = [] {
    const auto names = variables_of_mpi();
    const bool launched = std::ranges::any_of(std::array{"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"},
                                              [&](const char* n) { return names.contains(n); });
    return launched ? std::set<std::string>() : names;
}();

/// The test program has started MPI: what that left in the environment would tell the command that it is one of its
/// ranks.
std::string forget_mpi()
{
    std::string unset;
    for (const auto& name : variables_of_mpi())
        if (!set_by_the_user.contains(name)) unset += "unset " + name + "; ";
    return unset;
}

}  // namespace

Finished run_command(const std::string& command)
{
    const TemporaryDirectory directory;
    const auto out = directory / "out";
    const auto err = directory / "err";
    const int status =
        std::system((forget_mpi() + "(" + command + ") >'" + out.string() + "' 2>'" + err.string() + "'").c_str());
    return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1, .out = read_file(out), .err = read_file(err)};
}

std::string alster_program()
{
    const char* asked = std::getenv("ALSTER_PROGRAM");
    return asked ? asked : ALSTER_PROGRAM;
}

Finished run_alster(const std::string& arguments) { return run_command(alster_program() + " " + arguments); }

}  // namespace alster::test
