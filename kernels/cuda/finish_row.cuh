#pragma once
#include "kernels/cuda/row.cuh"

namespace alster {

inline constexpr int most_warps = 12;

/// A sum over the block in the fixed order lanes, then warps; the block enters and leaves together. Valid in thread 0.
__device__ inline double block_sum(double value)
{
    SHARED(double, warp_sums, [most_warps]);
    for (int distance = 16; distance > 0; distance /= 2) value += __shfl_xor_sync(~0U, value, distance);
    if (lane_id() == 0) warp_sums[threadIdx.x / 32] = value;
    __syncthreads();
    double sum = 0;
    if (threadIdx.x == 0)
        for (unsigned w = 0; w < blockDim.x / 32; ++w) sum += warp_sums[w];
    __syncthreads();
    return sum;
}

/// Σ c (p − x·y)² of those of the block's entries that are this warp's.
template <Precision P>
__device__ double warp_residual(const RowProblem& problem, const RowTask& task, Entries entries, const float* x)
{
    double sum = 0;
    const int warps = static_cast<int>(blockDim.x / 32);
    for (Offset k = entries.first + threadIdx.x / 32; k < entries.last; k += warps) {
        const auto y = fixed_row<P>(problem, task.columns[k]);
        float score = 0;
        for (Row a = lane_id(); a < problem.width; a += 32) score = fmaf(x[a], element<P>(problem, y, a), score);
        for (int distance = 16; distance > 0; distance /= 2) score += __shfl_xor_sync(~0U, score, distance);
        const double error = static_cast<double>(target<P>(problem, task, k, y)) - score;
        if (lane_id() == 0) sum += (task.confidences ? task.confidences[k] : 1.0F) * error * error;
    }
    return sum;
}

/// Writes x, and what the row contributes to the objective, from the residuals of `entries` themselves: the rows are
/// read once more, most of them from a cache.
template <Precision P>
__device__ void finish_row(const RowProblem& problem, const RowTask& task, Entries entries, const float* x, bool failed)
{
    double penalty = 0;
    for (Row a = threadIdx.x; a < problem.width; a += blockDim.x) {
        problem.X[task.row * problem.width + a] = x[a];
        const bool bias = problem.biased && a == problem.width - 1;
        penalty += (bias ? task.bias_lambda : task.lambda) * x[a] * x[a];
    }
    const double residual = block_sum(warp_residual<P>(problem, task, entries, x));
    penalty = block_sum(penalty);
    if (threadIdx.x == 0) {
        problem.residuals[task.row] = residual;
        problem.penalties[task.row] = penalty;
        problem.failed[task.row] = failed || !isfinite(residual + penalty);
    }
}

}  // namespace alster
