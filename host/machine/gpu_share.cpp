#include "host/machine/gpu_share.hpp"

#include <algorithm>

#include "host/machine/own_gpu.hpp"
#include "kernels/cuda/device.hpp"

namespace alster {

GpuShare gpu_share(const Communicator& ranks)
{
    const Gpu mine = own_gpu(ranks);
    const std::string gpu = ranks.node() + ' ' + mine.uuid;
    const auto taken = ranks.all_gather(gpu);
    open_device(mine.id);
    ranks.barrier();
    return {mine.id, static_cast<int>(std::ranges::count(taken, gpu))};
}

}  // namespace alster
