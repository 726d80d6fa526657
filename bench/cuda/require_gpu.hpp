#pragma once
#include <cstdio>
#include <string>

#include "kernels/backends.hpp"

namespace alster {

/// 0 where there is a GPU; else says in one line why there is none, and returns the exit code for that (69). To be
/// asked before any data is made.
[[nodiscard]] inline int require_gpu(const char* program)
{
    std::string why;
    if (!gpus(why).empty()) return 0;
    std::fprintf(stderr, "%s: no GPU: %s\n", program, why.c_str());
    return 69;
}

}  // namespace alster
