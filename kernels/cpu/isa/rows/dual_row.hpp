#pragma once
#include "kernels/cpu/isa/cholesky.hpp"
#include "kernels/cpu/isa/rows/table_rows.hpp"

namespace alster::ALSTER_ISA {

/// x = D^-½ Pᵀ K⁻¹ r with P = √C Y D^-½ (n×w), K = I + P Pᵀ (n×n), r = √C p: for rows with few interactions, which are
/// most. P is kept by strips of L entries, element (k, a) at strip k / L, row a: then K is built by the same rank
/// update as the primal matrix, one term for each factor.
template <int L, class Element>
struct DualRow {
    using T = Tiles<L>;
    using Vector = typename T::Vector;

    static constexpr std::int64_t panel_factors = 128;  // are summed at a time: they stay in the caches

    static constexpr std::int64_t least_entries = 1;

    static std::int64_t workspace(std::int64_t width, std::int64_t entries)
    {
        const std::int64_t n = round_up(entries, L);
        const std::int64_t padded = round_up(width, L);
        return padded * n + T::size(n / L) + 3 * n + 3 * padded;
    }

    static RowResult solve(const RowContext& context, const RowToSolve& task, float* memory, float* x)
    {
        const std::int64_t n = round_up(task.n, L);
        const std::int64_t padded = round_up(context.width, L);
        const std::int64_t strip = padded * L;
        float* K = memory;
        float* P = K + T::size(n / L);
        float* r = P + padded * n;
        float* z = r + n;
        float* pivots = z + n;
        float* inverse_root = pivots + n;         // (padded) D^-½
        float* scaled_x = inverse_root + padded;  // (padded) D^½ x = Pᵀ z

        inverse_roots<L>(context, task, inverse_root, padded);
        for (std::int64_t k = 0; k < n; k += L) gather_strip(context, task, k, inverse_root, P + k * padded, r + k);

        for (std::int64_t k = 0; k < n; ++k) pivots[k] = 1;
        T::set_diagonal(K, pivots, n / L);
        const std::int64_t panels = (context.width + panel_factors - 1) / panel_factors;
        Ahead<Element> ahead(context, task.next_columns, least(task.next_n, panel_rows), panels * T::updates(n / L));
        for (std::int64_t a = 0; a < context.width; a += panel_factors)
            T::rank_update(K, P + a * L, least(context.width - a, panel_factors), n / L, strip, [&] { ahead(); });
        if (!Cholesky<L>::factor(K, pivots, n / L)) return {0, 0, true, false};
        for (std::int64_t k = 0; k < n; ++k) z[k] = r[k];
        Cholesky<L>::solve(K, pivots, z, n / L);

        multiply_transposed(P, z, context.width, n, strip, scaled_x);
        for (std::int64_t a = 0; a < context.width; ++a) x[a] = scaled_x[a] * inverse_root[a];
        return {residual(P, scaled_x, r, context.width, n, strip), penalty(context, task, x), true, true};
    }

private:
    /// Entries k … k + L of P, and their r; those beyond the row's last are zero.
    static void gather_strip(const RowContext& context, const RowToSolve& task, std::int64_t k,
                             const float* inverse_root, float* P, float* r)
    {
        const Element* rows[L];
        float roots[L];
        const std::int64_t width = context.width;
        for (int i = 0; i < L; ++i) {
            const bool real = k + i < task.n;
            rows[i] = table_row<Element>(context, task.columns[real ? k + i : 0]);
            roots[i] = real ? root_confidence(task, k + i) : 0;
            r[i] = real ? roots[i] * target(context, task, k + i, rows[i]) : 0;
        }
        std::int64_t a = 0;
        for (; a + L <= width; a += L) {
            Vector block[L];
            for (int i = 0; i < L; ++i) block[i] = load_row<L>(rows[i] + a) * roots[i];
            Lanes<L>::transpose(block);
            for (int i = 0; i < L; ++i) T::store(P + (a + i) * L, block[i] * inverse_root[a + i]);
        }
        for (; a < width; ++a)
            for (int i = 0; i < L; ++i) P[a * L + i] = widen(rows[i][a]) * roots[i] * inverse_root[a];
        if (!context.biased) return;
        for (int i = 0; i < L; ++i) P[(width - 1) * L + i] = roots[i] * inverse_root[width - 1];
    }

    /// v = Pᵀ z, L factors at a time; v is padded.
    static void multiply_transposed(const float* P, const float* z, std::int64_t width, std::int64_t n,
                                    std::int64_t strip, float* v)
    {
        for (std::int64_t a = 0; a < width; a += L) {
            Vector lanes[L] = {};
            for (std::int64_t k = 0; k < n; k += L) {
                const Vector right = T::load(z + k);
                const float* p = P + k / L * strip;
                for (int i = 0; i < L; ++i) lanes[i] += T::load(p + (a + i < width ? a + i : a) * L) * right;
            }
            T::store(v + a, Lanes<L>::sums(lanes));
        }
    }

    /// Σ (r − P v)², v = D^½ x: that is Σ c (p − x·y)².
    static double residual(const float* P, const float* v, const float* r, std::int64_t width, std::int64_t n,
                           std::int64_t strip)
    {
        double sum = 0;
        for (std::int64_t k = 0; k < n; k += L) {
            Vector parts[4] = {};  // or each add would wait for the one before
            const float* p = P + k / L * strip;
            std::int64_t a = 0;
            for (; a + 4 <= width; a += 4)
                for (int i = 0; i < 4; ++i) parts[i] += T::load(p + (a + i) * L) * v[a + i];
            for (; a < width; ++a) parts[0] += T::load(p + a * L) * v[a];
            const Vector error = T::load(r + k) - ((parts[0] + parts[1]) + (parts[2] + parts[3]));
            float errors[L];
            __builtin_memcpy(errors, &error, sizeof error);
            for (int i = 0; i < L; ++i) sum += static_cast<double>(errors[i]) * errors[i];
        }
        return sum;
    }
};

}  // namespace alster::ALSTER_ISA
