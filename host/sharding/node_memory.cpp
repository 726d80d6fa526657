#include "host/sharding/node_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>

#include "data/error.hpp"
#include "host/machine/peak_memory.hpp"

namespace alster {

namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();

double available_to_all()
{
    std::ifstream file("/proc/meminfo");
    std::string key;
    double kib = 0;
    std::string unit;
    while (file >> key >> kib) {
        std::getline(file, unit);
        if (key == "MemAvailable:") return kib * 1024;
    }
    return unlimited;
}

/// What Slurm gave the job on a node, if it says.
double slurm_limit()
{
    const char* mib = std::getenv("SLURM_MEM_PER_NODE");
    const double asked = mib ? std::strtod(mib, nullptr) : 0;
    return asked > 0 ? asked * (1 << 20) : unlimited;
}

/// The least memory.max (version 2) or memory.limit_in_bytes (version 1) on the way from this process's group up.
double group_limit()
{
    double least = unlimited;
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const auto path = line.find(":/");
        if (path == std::string::npos) continue;
        const bool second = line.starts_with("0::");
        if (!second && line.find(":memory:") == std::string::npos) continue;
        const std::filesystem::path root = second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        const char* name = second ? "memory.max" : "memory.limit_in_bytes";
        for (std::filesystem::path group = line.substr(path + 1); !group.empty(); group = group.parent_path()) {
            double limit = 0;
            if (std::ifstream(root / group.relative_path() / name) >> limit) least = std::min(least, limit);
            if (group == group.root_path()) break;
        }
    }
    return least;
}

}  // namespace

NodeMemory node_memory_limits() { return {available_to_all() + peak_memory(), slurm_limit(), group_limit()}; }

double node_memory()
{
    const NodeMemory memory = node_memory_limits();
    return std::min({memory.available, memory.slurm_limit, memory.group_limit});
}

void require_memory(const Communicator& ranks, const MemoryPlan& plan)
{
    const auto nodes = ranks.all_gather(ranks.node());
    const auto needs = ranks.all_gather(plan.total());
    const auto has = ranks.all_gather(node_memory());
    for (std::size_t rank = 0; rank < nodes.size(); ++rank) {
        double together = 0;
        int on_node = 0;
        for (std::size_t other = 0; other < nodes.size(); ++other) {
            if (nodes[other] != nodes[rank]) continue;
            together += needs[other];
            ++on_node;
        }
        if (together > has[rank])
            throw Error(ExitCode::out_of_memory,
                        "{} ranks need {:.2f} GiB while {} on {}, which has {:.2f} GiB for them: use more nodes or "
                        "fewer factors; alster plan shows what takes it",
                        on_node, together / (1 << 30), plan.moment, nodes[rank], has[rank] / (1 << 30));
    }
}

}  // namespace alster
