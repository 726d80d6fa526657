#pragma once
#include "distributed/communicator.hpp"
#include "host/sharding/host_memory.hpp"

namespace alster {

/// What bounds the memory of this node's processes, in bytes; infinite where nothing does.
struct NodeMemory {
    double available;    // to all processes of the machine
    double slurm_limit;  // of the job
    double group_limit;  // the least of its control groups
};
[[nodiscard]] NodeMemory node_memory_limits();

/// Bytes that the processes of this node may take together: the least of what is free, Slurm's limit of the job and
/// the limits of its control groups.
[[nodiscard]] double node_memory();

/// Throws out_of_memory (13) with the figures where the ranks of a node need more than it has: before the memory is
/// taken, since the kernel would kill a rank without a word. Collective.
void require_memory(const Communicator& ranks, const MemoryPlan& plan);

}  // namespace alster
