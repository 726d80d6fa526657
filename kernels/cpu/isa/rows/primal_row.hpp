#pragma once
#include "kernels/cpu/isa/cholesky.hpp"
#include "kernels/cpu/isa/rows/entry_block.hpp"
#include "kernels/cpu/isa/rows/panel.hpp"

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
        return T::size(padded / L) + Panel::size(padded) + 3 * padded;
    }

    static RowResult solve(const RowContext& context, const RowToSolve& task, float* memory, float* x)
    {
        const std::int64_t padded = round_up(context.width, L);
        const std::int64_t tiles = padded / L;
        float* A = memory;
        float* panel = A + T::size(tiles);
        float* b = panel + Panel::size(padded);
        float* pivots = b + padded;  // first the diagonal, then the inverse roots of the pivots
        for (std::int64_t a = 0; a < padded; ++a)
            pivots[a] = a < context.width ? base(context, task, a) : 1.0F;  // padding solves to 0
        T::set_diagonal(A, pivots, tiles);
        add_entries(context, task, padded, A, panel, b);
        if (!Cholesky<L>::factor(A, pivots, tiles)) return {0, 0, false, false};
        Cholesky<L>::solve(A, pivots, b, tiles);
        for (std::int64_t a = 0; a < context.width; ++a) x[a] = b[a];
        return {row_residual<L, Element>(context, task, b, true), penalty(context, task, x), false, true};
    }

    static void assemble(const RowContext& context, const RowToSolve& task, float* memory, float* equations)
    {
        const std::int64_t padded = round_up(context.width, L);
        const std::int64_t tiles = padded / L;
        float* A = memory;
        float* panel = A + T::size(tiles);
        float* b = panel + Panel::size(padded);
        for (std::int64_t k = 0; k < T::size(tiles); ++k) A[k] = 0;
        add_entries(context, task, padded, A, panel, b);
        for (std::int64_t row = 0; row < context.width; ++row)
            for (std::int64_t column = 0; column <= row; ++column) *equations++ = T::element(A, row, column);
        for (std::int64_t a = 0; a < context.width; ++a) *equations++ = b[a];
    }

    /// Σ c (p − x·y)², x lying anywhere.
    static double residual(const RowContext& context, const RowToSolve& task, float* memory, const float* x)
    {
        for (std::int64_t a = 0; a < context.width; ++a) memory[a] = x[a];
        return row_residual<L, Element>(context, task, memory, true);
    }

private:
    /// A += Σ c y yᵀ and b = Σ c p y, a panel at a time.
    static void add_entries(const RowContext& context, const RowToSolve& task, std::int64_t padded, float* A,
                            float* panel, float* b)
    {
        for (std::int64_t a = 0; a < padded; ++a) b[a] = 0;
        for (std::int64_t first = 0; first < task.n; first += Panel::rows) {
            const std::int64_t rows = least(task.n - first, Panel::rows);
            Panel::gather(context, task, first, rows, padded, panel, b);
            Panel::add_products(A, panel, rows, padded, ahead(context, task, first + rows, padded));
        }
    }

    /// The entries behind this panel, be they of the next row.
    static Ahead<Element> ahead(const RowContext& context, const RowToSolve& task, std::int64_t first,
                                std::int64_t padded)
    {
        const std::int64_t calls = Panel::updates(padded);
        if (first == task.n) return {context, task.next_columns, least(task.next_n, Panel::rows), calls};
        return {context, task.columns + first, least(task.n - first, Panel::rows), calls};
    }
};

}  // namespace alster::ALSTER_ISA
