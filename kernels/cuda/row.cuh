#pragma once
#include "kernels/cuda/row_problem.hpp"
#include "kernels/cuda/row_shape.hpp"
#include "kernels/cuda/tiles.cuh"

namespace alster {

/// One row as its block sees it: the entries, and λ_u of its factors and of its bias.
struct RowTask {
    Row row;
    Offset n;
    const Column* columns;
    const float* confidences;
    const float* preferences;
    double lambda;
    double bias_lambda;
};

/// Entries [first, last) of a row in a block's hands.
struct Entries {
    Offset first;
    Offset last;
};

__device__ inline RowTask task_of(const RowProblem& problem, Row u)
{
    const Offset n = problem.offsets[u + 1] - problem.offsets[u];
    const Offset first = problem.offsets[u] - problem.first_entry;
    const double scale = pow(static_cast<double>(n) + problem.count_offset, problem.nu);
    return {u,
            n,
            problem.columns + first,
            problem.confidences ? problem.confidences + first : nullptr,
            problem.preferences ? problem.preferences + first : nullptr,
            problem.lambda * scale,
            problem.bias_lambda * scale};
}

/// A fixed row as the arithmetic of P sees it.
template <Precision P>
struct FixedRow {
    const float* exact;
    const std::uint16_t* rounded;

    __device__ float operator[](Row a) const
    {
        if constexpr (P == Precision::bf16) return bf16_value(rounded[a]);
        return exact[a];
    }
};

template <Precision P>
__device__ FixedRow<P> fixed_row(const RowProblem& problem, Column column)
{
    const auto first = static_cast<std::int64_t>(column) * problem.width;
    return {problem.table + first, problem.rounded ? problem.rounded + first : nullptr};
}

/// √c of entry k
__device__ inline float root_confidence(const RowTask& task, Offset k)
{
    return task.confidences ? sqrtf(task.confidences[k]) : 1.0F;
}

/// What x·y shall reach: p, less the fixed row's own bias where there are biases.
template <Precision P>
__device__ float target(const RowProblem& problem, const RowTask& task, Offset k, const FixedRow<P>& y)
{
    const float p = task.preferences ? task.preferences[k] : 1.0F;
    return problem.biased ? p - y[problem.width - 1] : p;
}

/// Element a of the fixed row, where a row's own bias counts as 1.
template <Precision P>
__device__ float element(const RowProblem& problem, const FixedRow<P>& y, Row a)
{
    return problem.biased && a == problem.width - 1 ? 1.0F : y[a];
}

/// base_a + λ_u, the diagonal of the row's base matrix.
__device__ inline float base_of(const RowProblem& problem, const RowTask& task, Row a)
{
    const bool bias = problem.biased && a == problem.width - 1;
    return static_cast<float>(problem.base[a] + (bias ? task.bias_lambda : task.lambda));
}

template <Precision P>
inline constexpr int numbers_per_word = P == Precision::bf16 ? 2 : 1;

template <Precision P>
inline constexpr int panel_numbers = panel_words* numbers_per_word<P>;

/// The word of one or two numbers along the sum.
template <Precision P, class At>
__device__ float word_of(int word, At at)
{
    if constexpr (P == Precision::bf16) return bf16_pair(at(2 * word), at(2 * word + 1));
    return at(word);
}

}  // namespace alster
