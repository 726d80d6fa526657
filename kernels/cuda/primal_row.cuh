#pragma once
#include "kernels/cuda/cholesky.cuh"
#include "kernels/cuda/row.cuh"

namespace alster {

/// x = A⁻¹ b with A = D + Σ c y yᵀ (w×w), b = Σ c p y: for rows with many interactions. Columns of a panel are factors,
/// words along the sum are entries: element (word, factor) at word · stride + factor, so that a warp stages a fixed row
/// in one sweep. A stride of 8 (mod 32) lets fragments be read without bank conflicts.
template <Precision P>
struct PrimalPanel {
    float* words;  // (panel_words, stride)
    float* goals;  // (panel_numbers) √c p
    int stride;

    /// Stages √c y of entries first … of the row, factors [begin, end); what lies outside of both is 0.
    __device__ void stage(const RowProblem& problem, const RowTask& task, Offset first, Offset last, int begin, int end)
    {
        const int warps = static_cast<int>(blockDim.x / 32);
        for (int word = static_cast<int>(threadIdx.x / 32); word < panel_words; word += warps) {
            for (int a = begin + lane_id(); a < end; a += 32)
                words[word * stride + a - begin] = word_of<P>(word, [&](int number) {
                    const Offset k = first + number;
                    if (k >= last || a >= problem.width) return 0.0F;
                    const auto y = fixed_row<P>(problem, task.columns[k]);
                    return root_confidence(task, k) * element<P>(problem, y, a);
                });
        }
        for (int number = static_cast<int>(threadIdx.x); number < panel_numbers<P>;
             number += static_cast<int>(blockDim.x)) {
            const Offset k = first + number;
            goals[number] = k < last ? root_confidence(task, k) *
                                           target<P>(problem, task, k, fixed_row<P>(problem, task.columns[k]))
                                     : 0.0F;
        }
    }

    /// right_a += Σ √c p · √c y_a over the panel's entries, for `count` factors.
    __device__ void add_right(float* right, int count) const
    {
        for (int a = static_cast<int>(threadIdx.x); a < count; a += static_cast<int>(blockDim.x)) {
            float sum = 0;
            for (int word = 0; word < panel_words; ++word) {
                const float value = words[word * stride + a];
                if constexpr (P == Precision::bf16) {
                    sum = fmaf(goals[2 * word], bf16_of(value, 0), sum);
                    sum = fmaf(goals[2 * word + 1], bf16_of(value, 1), sum);
                } else {
                    sum = fmaf(goals[word], value, sum);
                }
            }
            right[a] += sum;
        }
    }
};

/// The diagonal that the assembled sum of a primal system still lacks; padding is the identity.
struct PrimalDiagonal {
    const RowProblem& problem;
    const RowTask& task;

    __device__ float operator()(int a) const { return a < problem.width ? base_of(problem, task, a) : 1.0F; }
};

}  // namespace alster
