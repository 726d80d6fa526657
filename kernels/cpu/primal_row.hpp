#pragma once
#include "kernels/cpu/cholesky.hpp"
#include "kernels/cpu/entry_block.hpp"
#include "kernels/cpu/panel.hpp"

namespace alster::ALSTER_ISA {

/// x = A⁻¹ b with A = D + Σ c y yᵀ (w×w), b = Σ c p y: for rows with many interactions.
template <int L, class Panel>
struct PrimalRow {
    using T = Tiles<L>;
    using Vector = typename T::Vector;
    using Element = typename Panel::Element;

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
        float* pivots = b + padded;  // first the diagonal, then the inverse roots of the pivots
        for (std::int64_t a = 0; a < padded; ++a)
            pivots[a] = a < context.width ? base(context, task, a) : 1.0F;  // padding solves to 0
        T::set_diagonal(A, pivots, tiles);
        add_entries(context, task, padded, A, panel, b);
        if (!Cholesky<L>::factor(A, pivots, tiles)) return {0, 0, false, false};
        Cholesky<L>::solve(A, pivots, b, tiles);
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

    /// Σ c (p − x·y)², x lying anywhere.
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
        float goals[panel_rows];
        for (std::int64_t first = 0; first < task.n; first += panel_rows) {
            const std::int64_t rows = least(task.n - first, panel_rows);
            for (std::int64_t k = 0; k < rows; ++k) {
                const auto* y = table_row<Element>(context, task.columns[first + k]);
                const float root = root_confidence(task, first + k);
                goals[k] = root * target(context, task, first + k, y);
                Panel::put(panel, k, y, root, context, padded);
            }
            add_goals<L>(b, goals, rows, padded,
                         [=](std::int64_t k, std::int64_t a) { return Panel::load(panel, k, a, padded); });
            T::template rank_update<typename Panel::Term>(A, panel, Panel::steps(rows), padded / L,
                                                          ahead(context, task, first + rows, padded / L));
        }
    }

    /// The entries behind this panel, be they of the next row.
    static Ahead<Element> ahead(const RowContext& context, const RowTask& task, std::int64_t first, std::int64_t tiles)
    {
        if (first == task.n) return {context, task.next_columns, least(task.next_n, panel_rows), T::updates(tiles)};
        return {context, task.columns + first, least(task.n - first, panel_rows), T::updates(tiles)};
    }

    /// Σ c (p − x·y)²; the rows are read once more, most of them from the second-level cache.
    static double residual(const RowContext& context, const RowTask& task, const float* x)
    {
        double sum = 0;
        for (std::int64_t first = 0; first < task.n; first += L) {
            const EntryBlock<L, Element> block(context, task, first);
            float scores[L];
            block.score(x, scores);
            for (int k = 0; k < least(task.n - first, L); ++k) {
                const double error = static_cast<double>(target(context, task, first + k, block.row(k))) - scores[k];
                sum += (task.confidences ? task.confidences[first + k] : 1.0F) * error * error;
            }
        }
        return sum;
    }
};

}  // namespace alster::ALSTER_ISA
