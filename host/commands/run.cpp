#include <fmt/format.h>

#include <functional>
#include <new>

#include "data/error.hpp"
#include "distributed/mpi_session.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"

namespace alster {

namespace {

/// Turns what `job` throws into a line, if `speaks`, and the exit code.
int guarded(bool speaks, const std::function<int()>& job)
{
    const auto fail = [&](ExitCode code, const char* message) {
        if (speaks) fmt::print(stderr, "alster: {}\n", message);
        return static_cast<int>(code);
    };
    try {
        return job();
    } catch (const Error& error) {
        return fail(error.code(), error.what());
    } catch (const std::bad_alloc&) {
        return fail(ExitCode::out_of_memory, "out of memory");
    } catch (const std::exception& error) {
        return fail(ExitCode::internal, error.what());
    }
}

}  // namespace

int run(const Command& command, int argc, char** argv)
{
    const auto job = [&] { return command.run(argc, argv); };
    if (!command.parallel) return guarded(true, job);
    return guarded(first_process(), [&] {
        MpiSession session(argc, argv);
        return session.run(job);
    });
}

}  // namespace alster
