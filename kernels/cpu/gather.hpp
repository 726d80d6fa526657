#pragma once
#include "kernels/cpu/row_solver.hpp"
#include "kernels/cpu/tiles.hpp"

namespace alster::ALSTER_ISA {

constexpr std::int64_t round_up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to * to; }

/// Rows of the table are anywhere in memory: ask for them this many entries before they are needed, into the
/// second-level cache (the first is full of the panel and the tile; measured 10 % faster than into the first).
constexpr std::int64_t prefetch_distance = 8;

inline void prefetch(const RowContext& context, const RowTask& task, std::int64_t k)
{
    if (k >= task.n) return;
    const float* row = context.table + task.columns[k] * context.width;
    for (std::int64_t a = 0; a < context.width; a += 16) __builtin_prefetch(row + a, 0, 2);
}

inline const float* table_row(const RowContext& context, const RowTask& task, std::int64_t k)
{
    return context.table + task.columns[k] * context.width;
}

/// √c of entry k
inline float root_confidence(const RowTask& task, std::int64_t k)
{
    return task.confidences ? std::sqrt(task.confidences[k]) : 1.0F;
}

/// What x·y shall reach: p, less the fixed row's own bias where there are biases.
inline float target(const RowContext& context, const RowTask& task, std::int64_t k, const float* row)
{
    const float p = task.preferences ? task.preferences[k] : 1.0F;
    return context.biased ? p - row[context.width - 1] : p;
}

/// Σ λ_u x²
inline double penalty(const RowContext& context, const RowTask& task, const float* x)
{
    const std::int64_t last = context.width - 1;
    double sum = 0;
    for (std::int64_t a = 0; a < last; ++a) sum += static_cast<double>(x[a]) * x[a];
    const double bias = static_cast<double>(x[last]) * x[last];
    return task.lambda * sum + (context.biased ? task.bias_lambda : task.lambda) * bias;
}

/// The diagonal base_a + λ_u of the row's base matrix.
inline float base(const RowContext& context, const RowTask& task, std::int64_t a)
{
    const bool bias = context.biased && a == context.width - 1;
    return static_cast<float>(context.base[a] + (bias ? task.bias_lambda : task.lambda));
}

}  // namespace alster::ALSTER_ISA
