#pragma once
#include "kernels/cpu/cholesky.hpp"
#include "kernels/cpu/entry_block.hpp"
#include "kernels/cpu/unit_product.hpp"

namespace alster::ALSTER_ISA {

/// The dual form (DualRow) for a matrix unit, sums going over factors (UnitProduct): K = I + P Pᵀ with P rounded to
/// bf16; what is linear in P is computed from the table.
template <class Unit>
struct UnitDualRow {
    using Element = std::uint16_t;
    using Product = UnitProduct<Unit>;
    using T = Tiles<16>;
    using Vector = T::Vector;
    using Block = EntryBlock<16, Element>;

    static std::int64_t workspace(std::int64_t width, std::int64_t entries)
    {
        const std::int64_t n = round_up(entries, 16);
        return T::size(n / 16) + 2 * Product::size(n / 16) + 3 * n + 2 * round_up(width, Product::chunk_rows);
    }

    static RowResult solve(const RowContext& context, const RowTask& task, float* memory, float* x)
    {
        const std::int64_t n = round_up(task.n, 16);
        const std::int64_t padded = round_up(context.width, Product::chunk_rows);
        float* K = memory;
        float* panel = K + T::size(n / 16);
        float* z = panel + 2 * Product::size(n / 16);
        float* roots = z + n;  // √c
        float* pivots = roots + n;
        float* inverse = pivots + n;         // (padded) D^-½, then D⁻¹
        float* solution = inverse + padded;  // (padded)

        inverse_roots<16>(context, task, inverse, padded);
        for (std::int64_t k = 0; k < n; ++k) {
            const std::int64_t entry = least(k, task.n - 1);
            roots[k] = k < task.n ? root_confidence(task, entry) : 0;
            z[k] = roots[k] * target(context, task, entry, table_row<Element>(context, task.columns[entry]));
            pivots[k] = 1;
        }
        T::set_diagonal(K, pivots, n / 16);
        add_products(context, task, K, panel, roots, inverse);
        if (!Cholesky<16>::factor(K, pivots, n / 16)) return {0, 0, true, false};
        Cholesky<16>::solve(K, pivots, z, n / 16);

        for (std::int64_t k = 0; k < n; ++k) z[k] *= roots[k];
        for (std::int64_t a = 0; a < padded; ++a) solution[a] = 0;
        for (std::int64_t k = 0; k < task.n; k += 16) Block(context, task, k, false).add(z + k, solution);
        for (std::int64_t a = 0; a < padded; ++a) solution[a] *= inverse[a] * inverse[a];
        for (std::int64_t a = 0; a < context.width; ++a) x[a] = solution[a];
        return {row_residual<16, Element>(context, task, solution, false), penalty(context, task, x), true, true};
    }

private:
    /// K += P Pᵀ
    static void add_products(const RowContext& context, const RowTask& task, float* K, float* panel, const float* roots,
                             const float* inverse_root)
    {
        const std::int64_t strips = round_up(task.n, 16) / 16;
        float* const right = panel + Product::size(strips);
        const std::int64_t panels = (context.width + Product::rows - 1) / Product::rows;
        Ahead<Element> ahead(context, task.next_columns, least(task.next_n, panel_rows),
                             panels * Product::updates(strips));
        for (std::int64_t first = 0; first < context.width; first += Product::rows) {
            std::int64_t chunk = 0;
            for (; chunk < Product::chunks && first + chunk * Product::chunk_rows < context.width; ++chunk)
                for (std::int64_t strip = 0; strip < strips; ++strip)
                    gather(context, task, strip * 16, first + chunk * Product::chunk_rows, roots, inverse_root,
                           panel + Product::at(strip, chunk), right + Product::at(strip, chunk));
            Product::rank_update(K, panel, right, chunk, strips, [&] { ahead(); });
        }
    }

    /// Factors a … a + 32 of entries k … k + 16 of P; those behind the row's last are zero.
    static void gather(const RowContext& context, const RowTask& task, std::int64_t k, std::int64_t a,
                       const float* roots, const float* inverse_root, float* left, float* right)
    {
        const Vector scales[2] = {T::load(inverse_root + a), T::load(inverse_root + a + 16)};
        Vector low[16];
        Vector high[16];
        for (int i = 0; i < 16; ++i) {
            const auto* y = table_row<Element>(context, task.columns[least(k + i, task.n - 1)]);
            low[i] = nearest_bf16(load_strip<16>(context, y, a) * (roots[k + i] * scales[0]));
            high[i] = nearest_bf16(load_strip<16>(context, y, a + 16) * (roots[k + i] * scales[1]));
        }
        Product::put(low, high, left, right);
    }
};

}  // namespace alster::ALSTER_ISA
