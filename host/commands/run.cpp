#include <fmt/format.h>

#include <new>

#include "data/error.hpp"
#include "distributed/mpi_session.hpp"
#include "host/commands/commands.hpp"

namespace alster {

namespace {

int run_alone(const Command& command, int argc, char** argv)
{
    const auto fail = [](ExitCode code, const char* message) {
        fmt::print(stderr, "alster: {}\n", message);
        return static_cast<int>(code);
    };
    try {
        return command.run(argc, argv);
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
    if (!command.parallel) return run_alone(command, argc, argv);
    MpiSession session(argc, argv);
    return session.run([&] { return command.run(argc, argv); });
}

}  // namespace alster
