#include "host/gpu_share.hpp"

#include <algorithm>

#include "kernels/cuda/device.hpp"

namespace alster {

GpuShare gpu_share(const Communicator& ranks)
{
    const std::string node = ranks.node();
    const auto nodes = ranks.all_gather(node);
    const auto local = static_cast<std::size_t>(std::count(nodes.begin(), nodes.begin() + ranks.rank(), node));
    std::string why;
    const auto seen = usable_devices(why);
    const Gpu& mine = seen[local % seen.size()];
    const std::string gpu = node + ' ' + mine.uuid;
    const auto taken = ranks.all_gather(gpu);
    open_device(mine.id);
    ranks.barrier();
    return {mine.id, static_cast<int>(std::ranges::count(taken, gpu))};
}

}  // namespace alster
