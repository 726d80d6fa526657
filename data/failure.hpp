#pragma once
#include "data/error.hpp"

namespace alster {

/// From now on a failure is also an object on standard output: {"error": {"code": 65, "message": "…"}}.
void show_failures_as_json() noexcept;

/// The line of a failure, "alster: MESSAGE", on standard error, and the object where it was asked for. Any thread may
/// call it, once: the process ends with `code`.
void say_failure(ExitCode code, const char* message) noexcept;

}  // namespace alster
