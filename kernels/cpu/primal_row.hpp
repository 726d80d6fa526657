#pragma once
#include "kernels/cpu/gather.hpp"

namespace alster::ALSTER_ISA {

/// x = A⁻¹ b with A = D + Σ c y yᵀ (w×w), b = Σ c p y: for rows with many interactions.
template <int L>
struct PrimalRow {
    using T = Tiles<L>;
    using Vector = typename T::Vector;

    static constexpr std::int64_t panel_rows = 32;  // a panel of gathered rows stays in the first-level cache

    static std::int64_t workspace(std::int64_t width)
    {
        const std::int64_t padded = round_up(width, L);
        return T::size(padded / L) + panel_rows * padded + 3 * padded;
    }

    static RowResult solve(const RowContext& context, const RowTask& task, float* memory, float* x)
    {
        const std::int64_t padded = round_up(context.width, L);
        const std::int64_t tiles = padded / L;
        float* A = memory;
        float* panel = A + T::size(tiles);
        float* b = panel + panel_rows * padded;
        float* pivots = b + padded;  // first the diagonal, then the inverse pivots
        for (std::int64_t a = 0; a < padded; ++a)
            pivots[a] = a < context.width ? base(context, task, a) : 1.0F;  // padding solves to 0
        T::set_diagonal(A, pivots, tiles);
        add_entries(context, task, padded, A, panel, b);
        if (!T::cholesky(A, pivots, tiles)) return {0, 0, false, false};
        T::solve(A, pivots, b, tiles);
        for (std::int64_t a = 0; a < context.width; ++a) x[a] = b[a];
        return {residual(context, task, b), penalty(context, task, x), false, true};
    }

    static void assemble(const RowContext& context, const RowTask& task, float* memory, float* equations)
    {
        const std::int64_t padded = round_up(context.width, L);
        const std::int64_t tiles = padded / L;
        float* A = memory;
        float* panel = A + T::size(tiles);
        float* b = panel + panel_rows * padded;
        for (std::int64_t k = 0; k < T::size(tiles); ++k) A[k] = 0;
        add_entries(context, task, padded, A, panel, b);
        for (std::int64_t row = 0; row < context.width; ++row)
            for (std::int64_t column = 0; column <= row; ++column) *equations++ = T::element(A, row, column);
        for (std::int64_t a = 0; a < context.width; ++a) *equations++ = b[a];
    }

    /// Σ c (p − x·y)², of a row whose x lies anywhere.
    static double residual(const RowContext& context, const RowTask& task, float* memory, const float* x)
    {
        for (std::int64_t a = 0; a < context.width; ++a) memory[a] = x[a];
        return residual(context, task, memory);
    }

private:
    /// A += Σ c y yᵀ and b = Σ c p y, a panel at a time.
    static void add_entries(const RowContext& context, const RowTask& task, std::int64_t padded, float* A, float* panel,
                            float* b)
    {
        for (std::int64_t a = 0; a < padded; ++a) b[a] = 0;
        for (std::int64_t first = 0; first < task.n; first += panel_rows) {
            const std::int64_t rows = task.n - first < panel_rows ? task.n - first : panel_rows;
            gather_panel(context, task, first, rows, padded, panel, b);
            T::rank_update(A, panel, rows, padded / L);
        }
    }

    /// Panel rows √c y, padded with zeros, and b += √c p · √c y.
    static void gather_panel(const RowContext& context, const RowTask& task, std::int64_t first, std::int64_t rows,
                             std::int64_t padded, float* panel, float* b)
    {
        for (std::int64_t k = first; k < first + rows; ++k, panel += padded) {
            prefetch(context, task, k + prefetch_distance);
            const float* y = table_row(context, task, k);
            const float root = root_confidence(task, k);
            for (std::int64_t a = 0; a < context.width; ++a) panel[a] = root * y[a];
            for (std::int64_t a = context.width; a < padded; ++a) panel[a] = 0;
            if (context.biased) panel[context.width - 1] = root;
            const float goal = root * target(context, task, k, y);
            for (std::int64_t a = 0; a < padded; a += L) T::store(b + a, T::load(b + a) + goal * T::load(panel + a));
        }
    }

    /// Σ c (p − x·y)²; the rows are read once more, most of them from the second-level cache.
    static double residual(const RowContext& context, const RowTask& task, const float* x)
    {
        double sum = 0;
        for (std::int64_t k = 0; k < task.n; ++k) {
            prefetch(context, task, k + prefetch_distance);
            const float* y = table_row(context, task, k);
            const double error = target(context, task, k, y) - score(context, y, x);
            sum += (task.confidences ? task.confidences[k] : 1.0F) * error * error;
        }
        return sum;
    }

    /// x·y, where a bias of the fixed row counts as 1
    static double score(const RowContext& context, const float* y, const float* x)
    {
        const std::int64_t dimensions = context.biased ? context.width - 1 : context.width;
        Vector lanes = {};
        std::int64_t a = 0;
        for (; a + L <= dimensions; a += L) {
            Vector part;
            __builtin_memcpy(&part, y + a, sizeof part);  // rows of the table are not aligned
            lanes += part * T::load(x + a);
        }
        double sum = context.biased ? x[dimensions] : 0;
        for (; a < dimensions; ++a) sum += static_cast<double>(y[a]) * x[a];
        for (int r = 0; r < L; ++r) sum += lanes[r];
        return sum;
    }
};

}  // namespace alster::ALSTER_ISA
