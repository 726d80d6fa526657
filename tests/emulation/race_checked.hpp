#pragma once
#include <cstdlib>
#include <string>

namespace alster::test {

/// Whether this program runs under the race detector, which is a hundred times slower: small shapes there.
inline bool race_checked()
{
    const char* variant = std::getenv("ALSTER_EMULATION");
    return variant && variant == std::string("tsan");
}

/// Whether it is checked for races or bad addresses: several times slower at least.
inline bool sanitized()
{
    const char* variant = std::getenv("ALSTER_EMULATION");
    return variant && variant != std::string("plain");
}

}  // namespace alster::test
