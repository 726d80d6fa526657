#pragma once
#include "distributed/communicator.hpp"

namespace alster {

/// This rank's GPU, and how many ranks of its node use it.
struct GpuShare {
    int device = 0;
    int ranks = 1;
};

/// Rank r of a node takes GPU r modulo those that it sees, of which there is at least one: where each task is given a
/// GPU of its own, that one. All ranks have their contexts on the GPUs afterwards, so that what is free can be
/// measured. Collective.
[[nodiscard]] GpuShare gpu_share(const Communicator& ranks);

}  // namespace alster
