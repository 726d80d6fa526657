#pragma once
#include "distributed/communicator.hpp"

namespace alster {

/// This rank's GPU, and how many ranks of its node use it.
struct GpuShare {
    int device = 0;
    int ranks = 1;
};

/// Rank r of a node takes GPU r modulo the node's GPUs, of which there is at least one. Collective.
[[nodiscard]] GpuShare gpu_share(const Communicator& ranks);

}  // namespace alster
