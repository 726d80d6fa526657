#include "tests/fuzz/property.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace alster::fuzz {

void require(bool holds, const char* property)
{
    if (holds) return;
    std::fprintf(stderr, "property does not hold: %s\n", property);
    std::abort();
}

bool succeeds(std::initializer_list<ExitCode> codes, const std::function<void()>& work)
{
    try {
        work();
        return true;
    } catch (const Error& error) {
        const std::string_view message(error.what());
        const bool expected = std::find(codes.begin(), codes.end(), error.code()) != codes.end();
        if (!expected) std::fprintf(stderr, "exit code %d: %s\n", static_cast<int>(error.code()), error.what());
        require(expected, "the exit code is one that is documented for it");
        require(!message.empty() && message.find('\n') == message.npos, "a message is one line");
        return false;
    }
}

}  // namespace alster::fuzz
