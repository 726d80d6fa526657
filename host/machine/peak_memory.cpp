#include "host/machine/peak_memory.hpp"

#include <sys/resource.h>

namespace alster {

double peak_memory()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;  // Linux counts in KiB
}

}  // namespace alster
