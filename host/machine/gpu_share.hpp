#pragma once
#include "distributed/communicator.hpp"

namespace alster {

/// This rank's GPU, and how many ranks of its node use it.
struct GpuShare {
    int device = 0;
    int ranks = 1;
};

/// All ranks have their contexts on the GPUs afterwards, so that what is free can be
/// measured. Collective.
[[nodiscard]] GpuShare gpu_share(const Communicator& ranks);

}  // namespace alster
