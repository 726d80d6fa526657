#include "host/train/training_on_gpus.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/backends.hpp"
#include "kernels/cuda/cuda_backend.hpp"

namespace alster {

namespace {

/// This rank's GPU, and how many ranks of its node use it.
struct GpuShare {
    int device = 0;
    int ranks = 1;
};

GpuShare share_of(const Communicator& ranks)
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

}  // namespace

nlohmann::json train_on_gpus(Job& job)
{
    const GpuShare share = share_of(job.ranks);
    const auto limit = static_cast<std::size_t>(job.options.gpu_memory * 1024 * 1024 * 1024);
    job.precision = job.options.precision;
    const CudaBackend backend(share.device, job.precision, limit, share.ranks);
    job.ranks.barrier();  // nobody allocates before all have seen what is free
    job.progress.line(fmt::format("{}: {:.1f} GiB for each of {} ranks on it, {}", backend.device().name,
                                  static_cast<double>(backend.device().memory.available()) / (1 << 30), share.ranks,
                                  name(job.precision)));
    return train_with(job, backend);
}

}  // namespace alster
