#pragma once
#include <cuda_runtime.h>

#include "kernels/cuda/row_problem.hpp"
#include "kernels/cuda/row_shape.hpp"
#include "kernels/precision.hpp"

namespace alster {

using Ticket = unsigned long long;

class KernelLimits;

/// Rows of one bin and one form on their way to the device.
struct RowLaunch {
    RowProblem problem;
    int bin = 0;
    bool dual = false;
    const Row* rows = nullptr;  // of the shard, heaviest first
    Row count = 0;
    Partials partials;           // where the rows are long: their assembled chunks
    Ticket* ticket = nullptr;    // 0: the next row to take
    float* workspace = nullptr;  // large bin: (slots, workspace_slot), a triangle for each block
    std::size_t workspace_slot = 0;
    int slots = 0;                 // how many there are
    int multiprocessors = 1;       // of the device
    std::size_t shared_bytes = 0;  // that a block of it may have
    KernelLimits* limits = nullptr;
    cudaStream_t stream = nullptr;
};

/// Chunks of long rows, all primal.
struct ChunkLaunch {
    RowProblem problem;
    int bin = 0;
    const Chunk* chunks = nullptr;
    std::int64_t count = 0;
    float* triangles = nullptr;    // (count, triangle)
    float* right = nullptr;        // (count, order padded to tiles)
    double* residuals = nullptr;   // (count)
    std::size_t slot = 0;          // floats of one triangle
    std::size_t shared_bytes = 0;  // that a block of the device may have
    KernelLimits* limits = nullptr;
    cudaStream_t stream = nullptr;
};

/// x of every row of the launch. One body for each precision: solve_fp32.cu, solve_tf32x3.cu, solve_bf16.cu.
template <Precision P>
void launch_rows(const RowLaunch& launch);

/// Their triangles and right-hand sides.
template <Precision P>
void launch_chunks(const ChunkLaunch& launch);

/// Their residuals, when X holds their rows' solutions: launch_rows leaves those of long rows at 0.
template <Precision P>
void launch_residuals(const ChunkLaunch& launch);

extern template void launch_rows<Precision::fp32>(const RowLaunch&);
extern template void launch_rows<Precision::tf32x3>(const RowLaunch&);
extern template void launch_rows<Precision::bf16>(const RowLaunch&);
extern template void launch_chunks<Precision::fp32>(const ChunkLaunch&);
extern template void launch_chunks<Precision::tf32x3>(const ChunkLaunch&);
extern template void launch_chunks<Precision::bf16>(const ChunkLaunch&);
extern template void launch_residuals<Precision::fp32>(const ChunkLaunch&);
extern template void launch_residuals<Precision::tf32x3>(const ChunkLaunch&);
extern template void launch_residuals<Precision::bf16>(const ChunkLaunch&);

}  // namespace alster
