#include "host/machine/own_gpu.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "data/error.hpp"

namespace alster {

Gpu own_gpu(const Communicator& ranks)
{
    const std::string node = ranks.node();
    const auto nodes = ranks.all_gather(node);
    const auto local = static_cast<std::size_t>(std::count(nodes.begin(), nodes.begin() + ranks.rank(), node));
    std::string why;
    const auto seen = gpus(why);
    if (seen.empty()) throw Error(ExitCode::unavailable, "rank {} sees no GPU any more: {}", ranks.rank(), why);
    return seen[local % seen.size()];
}

GpuModels gpu_models(const Communicator& ranks)
{
    const Gpu mine = own_gpu(ranks);
    const auto architectures = ranks.all_gather(mine.architecture);
    const auto shared = ranks.all_gather(static_cast<std::int64_t>(mine.shared_bytes));
    const auto names = ranks.all_gather(mine.name);
    const auto described = [&](std::size_t rank) {
        return fmt::format("{}, {}, {} KiB of shared memory a block", names[rank], architectures[rank],
                           shared[rank] >> 10);
    };
    const std::set<std::string> different(architectures.begin(), architectures.end());
    GpuModels models{fmt::format("{}", fmt::join(different, " and ")), ""};
    for (std::size_t rank = 1; rank < names.size() && models.difference.empty(); ++rank)
        if (architectures[rank] != architectures[0] || shared[rank] != shared[0])
            models.difference = fmt::format("rank 0 has {}; rank {} has {}", described(0), rank, described(rank));
    return models;
}

}  // namespace alster
