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

}  // namespace alster::test
