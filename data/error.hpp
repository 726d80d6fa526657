#pragma once
#include <fmt/core.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "data/printable.hpp"

namespace alster {

/// What the process returns; sysexits.h where one fits, all below 128 (docs/formats.md, "Exit codes").
enum class ExitCode : int {
    done = 0,
    guardrail = 10,      // a rule on the output is violated, nothing was published
    quality_gate = 11,   // worse than asked for, nothing was published
    diverged = 12,       // a non-finite value, or an exact half-step that raised the objective
    out_of_memory = 13,  // will not fit; the message says what is needed
    usage = 64,          // an unknown option, a value out of range
    bad_data = 65,       // an input file is not what it should be
    unavailable = 69,    // launch, MPI or device missing
    internal = 70,       // a defect of alster
    cannot_create = 73,  // an output cannot be made
    io = 74,             // reading or writing failed half-way
    requeue = 75,        // checkpointed, or a rank fell silent: the same command goes on
    bad_config = 78,     // a configuration or rules file is wrong
};

/// Every failure a user can meet: one line that says what, where and what to do, and the exit code it ends with.
class Error : public std::runtime_error {
public:
    Error(ExitCode code, const std::string& message) : std::runtime_error(printable(message)), code_(code) {}

    /// Error(ExitCode::bad_data, "{}: no such column {}", path, 3)
    template <class... Args>
    requires(sizeof...(Args) > 0) Error(ExitCode code, fmt::format_string<Args...> format, Args&&... args)
        : Error(code, fmt::format(format, std::forward<Args>(args)...))
    {
    }

    [[nodiscard]] ExitCode code() const noexcept { return code_; }

private:
    ExitCode code_;
};

}  // namespace alster
