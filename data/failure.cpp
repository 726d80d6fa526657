#include "data/failure.hpp"

#include <atomic>
#include <nlohmann/json.hpp>

#include "data/console.hpp"
#include "data/json_text.hpp"

namespace alster {

namespace {

std::atomic<bool> as_json = false;

}  // namespace

void show_failures_as_json() noexcept { as_json = true; }

void say_failure(ExitCode code, const char* message) noexcept
{
    say("alster: {}", message);
    if (!as_json) return;
    try {
        const nlohmann::ordered_json error = {{"code", static_cast<int>(code)}, {"message", message}};
        print("{}\n", json_text(nlohmann::ordered_json{{"error", error}}));
        flush_output();
    } catch (...) {  // standard output is lost or memory is: the line has been said
    }
}

}  // namespace alster
