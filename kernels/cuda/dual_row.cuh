#pragma once
#include "kernels/cuda/cholesky.cuh"
#include "kernels/cuda/row.cuh"

namespace alster {

/// x = D^-½ Pᵀ K⁻¹ r with P = √C Y D^-½ (n×w), K = I + P Pᵀ (n×n), r = √C p: for rows with few interactions, which are
/// most. Columns of a panel are entries, words along the sum are factors: element (word, entry) at
/// entry · dual_stride + word.
/// Stages P for entries [begin, end) of the row and the panel's factors from `first` on.
template <Precision P>
__device__ void stage_dual(const RowProblem& problem, const RowTask& task, Row first, int begin, int end, float* panel)
{
    const int warps = static_cast<int>(blockDim.x / 32);
    float scale[numbers_per_word<P>];
    for (int h = 0; h < numbers_per_word<P>; ++h) {
        const Row a = first + lane_id() * numbers_per_word<P> + h;
        scale[h] = a < problem.width ? 1 / sqrtf(base_of(problem, task, a)) : 0.0F;
    }
    for (int k = begin + static_cast<int>(threadIdx.x / 32); k < end; k += warps) {
        float word = 0;
        if (k < task.n) {
            const auto y = fixed_row<P>(problem, task.columns[k]);
            const float root = root_confidence(task, k);
            word = word_of<P>(lane_id(), [&](int number) {
                const Row a = first + number;
                return a < problem.width ? root * scale[number % numbers_per_word<P>] * element<P>(problem, y, a)
                                         : 0.0F;
            });
        }
        panel[(k - begin) * dual_stride + lane_id()] = word;
    }
}

/// r, padded with zeros.
template <Precision P>
__device__ void stage_right(const RowProblem& problem, const RowTask& task, float* right, int padded)
{
    for (int k = static_cast<int>(threadIdx.x); k < padded; k += static_cast<int>(blockDim.x))
        right[k] = k < task.n
                       ? root_confidence(task, k) * target<P>(problem, task, k, fixed_row<P>(problem, task.columns[k]))
                       : 0.0F;
}

/// x_a = (1/d_a) Σ √c z y_a from z, which becomes √c z on the way. The block leaves together.
template <Precision P>
__device__ void dual_solution(const RowProblem& problem, const RowTask& task, float* z, float* x)
{
    for (int k = static_cast<int>(threadIdx.x); k < task.n; k += static_cast<int>(blockDim.x))
        z[k] *= root_confidence(task, k);
    __syncthreads();
    for (Row a = threadIdx.x; a < problem.width; a += blockDim.x) {
        float sum = 0;
        for (Offset k = 0; k < task.n; ++k)
            sum = fmaf(z[k], element<P>(problem, fixed_row<P>(problem, task.columns[k]), a), sum);
        x[a] = sum / base_of(problem, task, a);
    }
    __syncthreads();
}

/// K's diagonal beyond P Pᵀ.
struct DualDiagonal {
    __device__ float operator()(int) const { return 1.0F; }
};

}  // namespace alster
