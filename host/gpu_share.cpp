#include "host/gpu_share.hpp"

#include <algorithm>

#include "kernels/backends.hpp"

namespace alster {

GpuShare gpu_share(const Communicator& ranks)
{
    const std::string mine = ranks.node();
    const auto nodes = ranks.all_gather(mine);
    const auto local = static_cast<int>(std::count(nodes.begin(), nodes.begin() + ranks.rank(), mine));
    const auto on_node = static_cast<int>(std::count(nodes.begin(), nodes.end(), mine));
    std::string why;
    const int devices = gpu_count(why);
    GpuShare share{local % devices, 0};
    for (int rank = share.device; rank < on_node; rank += devices) ++share.ranks;
    return share;
}

}  // namespace alster
