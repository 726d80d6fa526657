#pragma once
#include "distributed/communicator.hpp"
#include "kernels/backends.hpp"

namespace alster {

/// Rank r of a node takes GPU r modulo those that it sees: where each task is given a GPU of its own, that one. Errors:
/// unavailable (69) where it sees none. Collective.
[[nodiscard]] Gpu own_gpu(const Communicator& ranks);

/// What the ranks' GPUs are. The last bits of a row depend on the architecture, whose tensor cores sum in a way of
/// their own, and on the shared memory of a block, which decides by what the row is solved.
struct GpuModels {
    std::string architectures;  // "sm_90", or "sm_80 and sm_90"
    std::string difference;     // what differs, of which rank; empty where nothing does
};

/// Collective.
[[nodiscard]] GpuModels gpu_models(const Communicator& ranks);

}  // namespace alster
