#include "host/machine/threads.hpp"

#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <string>

namespace alster {

namespace {

/// The cores this process is bound to, as text: ranks with the same set share it.
std::string core_set()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    std::string cores;
    for (int core = 0; core < CPU_SETSIZE; ++core)
        if (CPU_ISSET(core, &set)) cores += std::to_string(core) + ",";
    return cores;
}

}  // namespace

int set_threads(const Communicator& ranks, int asked)
{
    const std::string mine = ranks.node() + ":" + core_set();
    const auto all = ranks.all_gather(mine);
    const auto sharing = std::count(all.begin(), all.end(), mine);
    const auto cores = std::count(mine.begin(), mine.end(), ',');
    const int share = static_cast<int>(std::max<std::ptrdiff_t>(1, cores / sharing));
    if (asked > 0)
        omp_set_num_threads(asked);
    else if (!std::getenv("OMP_NUM_THREADS"))
        omp_set_num_threads(share);
    return omp_get_max_threads();
}

}  // namespace alster
