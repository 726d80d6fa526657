#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <new>
#include <string_view>
#include <thread>

#include "data/console.hpp"
#include "data/error.hpp"
#include "data/failure.hpp"
#include "distributed/mpi_session.hpp"
#include "host/commands/command_line.hpp"
#include "host/commands/commands.hpp"
#include "host/report/waiting_line.hpp"

namespace alster {

namespace {

/// Turns what `job` throws into a line, if `speaks`, and the exit code.
int guarded(bool speaks, const std::function<int()>& job)
{
    const auto fail = [&](ExitCode code, const char* message) {
        if (speaks) say_failure(code, message);
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

/// A launcher told to end the job at the first bad exit code would kill ranks on their way out, and report that.
constexpr std::chrono::milliseconds others_have_left{500};

}  // namespace

int run(const Command& command, int argc, char** argv)
{
    end_in_one_line();
    for (int word = 1; word < argc; ++word)
        if (argv[word] == std::string_view("--json")) show_failures_as_json();
    const auto job = [&] {
        const WaitingLine waiting(command.name, first_process() && command.shows_waiting);
        const int result = command.run(argc, argv);
        flush_output();
        return result;
    };
    if (!command.parallel && !command.starts_others && !first_process()) return 0;
    if (!command.parallel) return guarded(first_process(), job);
    const int code = guarded(first_process(), [&] {
        MpiSession session(argc, argv);
        return session.run(job);
    });
    if (code == static_cast<int>(ExitCode::requeue)) std::this_thread::sleep_for(others_have_left);
    return code;
}

int run_guarded(const std::function<void()>& job)
{
    return guarded(first_process(), [&] {
        job();
        flush_output();
        return 0;
    });
}

}  // namespace alster
