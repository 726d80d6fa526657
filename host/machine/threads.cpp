#include "host/machine/threads.hpp"

#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <latch>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "data/error.hpp"

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

/// Throws out_of_memory (13) unless so many threads can run beside this one, all at the same time.
void try_threads(int count)
{
    std::latch tried(1);
    std::vector<std::jthread> threads;
    threads.reserve(static_cast<std::size_t>(std::max(count, 0)));  // what fails later must let those go that wait
    try {
        for (int n = 0; n < count; ++n) threads.emplace_back([&] { tried.wait(); });
    } catch (const std::system_error& error) {
        tried.count_down();
        throw Error(ExitCode::out_of_memory,
                    "{} threads cannot be started ({}): ask for fewer --threads (OMP_NUM_THREADS), or raise the limits "
                    "(ulimit -v, ulimit -u) or the memory of the job",
                    count + 1, error.code().message());
    } catch (...) {
        tried.count_down();
        throw;
    }
    tried.count_down();
}

}  // namespace

void start_threads()
{
    try_threads(omp_get_max_threads() - 1);
    [[maybe_unused]] int started = 0;
#pragma omp parallel reduction(+ : started)
    ++started;
}

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
    start_threads();
    return omp_get_max_threads();
}

}  // namespace alster
