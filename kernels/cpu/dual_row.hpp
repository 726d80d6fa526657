#pragma once
#include "kernels/cpu/gather.hpp"
#include "kernels/cpu/transpose.hpp"

namespace alster::ALSTER_ISA {

/// x = D^-½ Pᵀ K⁻¹ r with P = √C Y D^-½ (n×w), K = I + P Pᵀ (n×n), r = √C p: for rows with few interactions, which are
/// most. P is kept transposed, (w, n): then K is built by the same rank update as the primal matrix, one term for each
/// factor.
template <int L>
struct DualRow {
    using T = Tiles<L>;
    using Vector = typename T::Vector;

    static std::int64_t workspace(std::int64_t width, std::int64_t entries)
    {
        const std::int64_t n = round_up(entries, L);
        const std::int64_t padded = round_up(width, L);
        return padded * n + T::size(n / L) + 3 * n + 3 * padded;
    }

    static RowResult solve(const RowContext& context, const RowTask& task, float* memory, float* x)
    {
        const std::int64_t n = round_up(task.n, L);
        const std::int64_t padded = round_up(context.width, L);
        float* K = memory;
        float* Pt = K + T::size(n / L);
        float* r = Pt + padded * n;
        float* z = r + n;
        float* pivots = z + n;
        float* inverse_root = pivots + n;         // (padded) D^-½
        float* scaled_x = inverse_root + padded;  // (padded) D^½ x = Pᵀ z

        for (std::int64_t a = 0; a < padded; ++a)
            inverse_root[a] = a < context.width ? 1 / std::sqrt(base(context, task, a)) : 0;
        for (std::int64_t k = 0; k < n; k += L) gather_block(context, task, k, n, inverse_root, Pt, r);

        for (std::int64_t k = 0; k < n; ++k) pivots[k] = 1;
        T::set_diagonal(K, pivots, n / L);
        T::rank_update(K, Pt, context.width, n / L);
        if (!T::cholesky(K, pivots, n / L)) return {0, 0, true, false};
        for (std::int64_t k = 0; k < n; ++k) z[k] = r[k];
        T::solve(K, pivots, z, n / L);

        multiply_transposed(Pt, z, context.width, n, scaled_x);
        for (std::int64_t a = 0; a < context.width; ++a) x[a] = scaled_x[a] * inverse_root[a];
        return {residual(Pt, scaled_x, r, z, context.width, n), penalty(context, task, x), true, true};
    }

private:
    /// Columns k … k + L of Pᵀ, and their r; entries beyond the row's last are zero.
    static void gather_block(const RowContext& context, const RowTask& task, std::int64_t k, std::int64_t n,
                             const float* inverse_root, float* Pt, float* r)
    {
        const float* rows[L];
        float roots[L];
        const std::int64_t width = context.width;
        for (int i = 0; i < L; ++i) {
            prefetch(context, task, k + i + prefetch_distance);
            const bool real = k + i < task.n;
            rows[i] = table_row(context, task, real ? k + i : 0);
            roots[i] = real ? root_confidence(task, k + i) : 0;
            r[k + i] = real ? roots[i] * target(context, task, k + i, rows[i]) : 0;
        }
        std::int64_t a = 0;
        for (; a + L <= width; a += L) {
            Vector block[L];
            for (int i = 0; i < L; ++i) {
                __builtin_memcpy(&block[i], rows[i] + a, sizeof(Vector));  // rows of the table are not aligned
                block[i] *= roots[i];
            }
            Transpose<L>::run(block);
            for (int i = 0; i < L; ++i) T::store(Pt + (a + i) * n + k, block[i] * inverse_root[a + i]);
        }
        for (; a < width; ++a)
            for (int i = 0; i < L; ++i) Pt[a * n + k + i] = rows[i][a] * roots[i] * inverse_root[a];
        if (!context.biased) return;
        for (int i = 0; i < L; ++i) Pt[(width - 1) * n + k + i] = roots[i] * inverse_root[width - 1];
    }

    /// v = Pᵀ z
    static void multiply_transposed(const float* Pt, const float* z, std::int64_t width, std::int64_t n, float* v)
    {
        for (std::int64_t a = 0; a < width; ++a) {
            Vector lanes = {};
            for (std::int64_t k = 0; k < n; k += L) lanes += T::load(Pt + a * n + k) * T::load(z + k);
            float sum = 0;
            for (int i = 0; i < L; ++i) sum += lanes[i];
            v[a] = sum;
        }
    }

    /// Σ (r − P v)², v = D^½ x: that is Σ c (p − x·y)². Overwrites `scores`.
    static double residual(const float* Pt, const float* v, const float* r, float* scores, std::int64_t width,
                           std::int64_t n)
    {
        double sum = 0;
        for (std::int64_t k = 0; k < n; k += L) {
            Vector score = {};
            for (std::int64_t a = 0; a < width; ++a) score += T::load(Pt + a * n + k) * v[a];
            T::store(scores + k, score);
        }
        for (std::int64_t k = 0; k < n; ++k) {
            const double error = static_cast<double>(r[k]) - scores[k];
            sum += error * error;
        }
        return sum;
    }
};

}  // namespace alster::ALSTER_ISA
