#include <sys/resource.h>
#include <unistd.h>

#include <string_view>
#include <vector>

// OpenBLAS makes a thread for every core when it is loaded, before main(), and tries forever where a limit on memory
// leaves no room for them (docs/decisions.md). alster wants one thread of it, and only the environment can say so in
// time: under such a limit the program starts itself again with OPENBLAS_NUM_THREADS=1.

namespace {

constexpr std::string_view setting = "OPENBLAS_NUM_THREADS=1";

bool is_limited(int resource)
{
    rlimit limit{};
    return getrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

bool is_set(char** environment)
{
    for (char** entry = environment; *entry; ++entry)
        if (*entry == setting) return true;
    return false;
}

/// Returns only where it fails, and then nothing has changed.
void start_again(char** arguments, char** environment)
{
    std::vector<char*> more{const_cast<char*>(setting.data())};  // the first of two counts
    for (char** entry = environment; *entry; ++entry) more.push_back(*entry);
    more.push_back(nullptr);
    execve("/proc/self/exe", arguments, more.data());
}

void respect_limits(int, char** arguments, char** environment)
{
    if ((is_limited(RLIMIT_AS) || is_limited(RLIMIT_DATA)) && !is_set(environment)) start_again(arguments, environment);
}

/// The system calls what stands in this section before anything of the libraries.
[[gnu::section(".preinit_array"), gnu::used]] void (*const before_libraries)(int, char**, char**) = respect_limits;

}  // namespace
