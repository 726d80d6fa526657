#pragma once
#include "host/sharding/host_memory.hpp"
#include "kernels/precision.hpp"

namespace alster {

/// What a plan assumes of a GPU.
struct PlannedDevice {
    Precision precision = Precision::tf32x3;
    int multiprocessors = 132;  // an H100's: each works on large systems of its own
};

/// What a rank of the CUDA backend takes of its GPU while it sweeps, its interactions all on the device. Of what
/// depends on how long single rows are (chunks of long rows, the piece of a row that is solved again) the most it can
/// be.
[[nodiscard]] MemoryPlan plan_device_memory(const RankLoad& load, const MemorySettings& settings,
                                            const PlannedDevice& device);

/// The same with interactions that pass through the device in the smallest batches, of a row that has every column.
[[nodiscard]] double streaming_device_memory(const RankLoad& load, const MemorySettings& settings,
                                             const PlannedDevice& device);

/// The same with factors in host memory, of which one matrix at a time comes to the device.
[[nodiscard]] double least_device_memory(const RankLoad& load, const MemorySettings& settings,
                                         const PlannedDevice& device);

/// What both of these need beside the factors.
[[nodiscard]] double least_beside_factors(const RankLoad& load, const MemorySettings& settings,
                                          const PlannedDevice& device);

/// Rows of the largest matrix of factors.
[[nodiscard]] Row largest_matrix(const RankLoad& load);

}  // namespace alster
