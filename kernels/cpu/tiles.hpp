#pragma once
#include <cmath>
#include <cstddef>
#include <cstdint>

/// Symmetric matrices as tiles of L×L floats in registers. Included only by row_solver.cpp, once for each instruction
/// set (ALSTER_ISA names the namespace): so every function here has internal use and its own instructions.
namespace alster::ALSTER_ISA {

/// A symmetric (n, n) matrix, n = tiles·L, as its lower tiles packed by rows of tiles; tile (I, J ≤ I) holds L columns
/// of L elements: element (I·L + r, J·L + c) lies at tile + c·L + r. Diagonal tiles are full. The same layout serves
/// the rank update, the Cholesky factorization and the triangular solves: nothing is ever transposed.
template <int L>
struct Tiles {
    typedef float Vector __attribute__((vector_size(L * sizeof(float))));

    static constexpr std::int64_t tile_size = L * L;
    static constexpr std::int64_t offset(std::int64_t I, std::int64_t J) { return (I * (I + 1) / 2 + J) * tile_size; }
    static constexpr std::int64_t size(std::int64_t tiles) { return offset(tiles, 0); }

    /// Element (row, column ≤ row).
    static float element(const float* A, std::int64_t row, std::int64_t column)
    {
        return A[offset(row / L, column / L) + column % L * L + row % L];
    }

    static Vector load(const float* p) { return *reinterpret_cast<const Vector*>(p); }
    static void store(float* p, Vector v) { *reinterpret_cast<Vector*>(p) = v; }

    /// A = diag(d): d has tiles·L elements.
    static void set_diagonal(float* A, const float* d, std::int64_t tiles)
    {
        for (std::int64_t k = 0; k < size(tiles); ++k) A[k] = 0;
        for (std::int64_t I = 0; I < tiles; ++I)
            for (int c = 0; c < L; ++c) A[offset(I, I) + c * L + c] = d[I * L + c];
    }

    /// A += Σ_k p_k p_kᵀ for `rows` rows p_k of the panel P (rows, tiles·L). A tile stays in L registers all along:
    /// each step is one load and L fused multiply-adds with a broadcast element.
    static void rank_update(float* A, const float* P, std::int64_t rows, std::int64_t tiles)
    {
        const std::int64_t stride = tiles * L;
        for (std::int64_t I = 0; I < tiles; ++I)
            for (std::int64_t J = 0; J <= I; ++J) {
                float* tile = A + offset(I, J);
                Vector a[L];
                for (int c = 0; c < L; ++c) a[c] = load(tile + c * L);
                const float* left = P + I * L;
                const float* right = P + J * L;
                for (std::int64_t k = 0; k < rows; ++k, left += stride, right += stride) {
                    const Vector p = load(left);
#pragma GCC unroll 16
                    for (int c = 0; c < L; ++c) a[c] += p * right[c];
                }
                for (int c = 0; c < L; ++c) store(tile + c * L, a[c]);
            }
    }

    /// A = C Cᵀ in place (left-looking by tile columns); inverse_pivots (tiles·L) gets 1 / C_kk. False where a pivot is
    /// not positive.
    static bool cholesky(float* A, float* inverse_pivots, std::int64_t tiles)
    {
        for (std::int64_t J = 0; J < tiles; ++J)
            for (std::int64_t I = J; I < tiles; ++I) {
                Vector a[L];
                subtract_left(A, I, J, a);
                if (I > J)
                    solve_tile(A + offset(J, J), inverse_pivots + J * L, a);
                else if (!factor_tile(A + offset(J, J), inverse_pivots + J * L, a))
                    return false;
                for (int c = 0; c < L; ++c) store(A + offset(I, J) + c * L, a[c]);
            }
        return true;
    }

    /// b ← (C Cᵀ)⁻¹ b
    static void solve(const float* C, const float* inverse_pivots, float* b, std::int64_t tiles)
    {
        forward(C, inverse_pivots, b, tiles);
        backward(C, inverse_pivots, b, tiles);
    }

private:
    /// a ← A_IJ − Σ_{K<J} C_IK C_JKᵀ
    static void subtract_left(const float* A, std::int64_t I, std::int64_t J, Vector (&a)[L])
    {
        for (int c = 0; c < L; ++c) a[c] = load(A + offset(I, J) + c * L);
        for (std::int64_t K = 0; K < J; ++K) {
            const float* left = A + offset(I, K);
            const float* right = A + offset(J, K);
            for (int k = 0; k < L; ++k, left += L, right += L) {
                const Vector p = load(left);
#pragma GCC unroll 16
                for (int c = 0; c < L; ++c) a[c] -= p * right[c];
            }
        }
    }

    /// Cholesky of one tile in registers, column after column; the tile is stored as it goes, for its broadcasts.
    static bool factor_tile(float* tile, float* inverse_pivots, Vector (&a)[L])
    {
#pragma GCC unroll 16
        for (int c = 0; c < L; ++c) {
            const float pivot = a[c][c];
            if (!(pivot > 0)) return false;  // also catches NaN
            const float inverse = 1 / std::sqrt(pivot);
            inverse_pivots[c] = inverse;
            a[c] *= inverse;
            store(tile + c * L, a[c]);
#pragma GCC unroll 16
            for (int k = c + 1; k < L; ++k) a[k] -= a[c] * tile[c * L + k];
        }
        return true;
    }

    /// a ← a C_JJ⁻ᵀ for a tile below the diagonal tile C_JJ
    static void solve_tile(const float* diagonal, const float* inverse_pivots, Vector (&a)[L])
    {
#pragma GCC unroll 16
        for (int c = 0; c < L; ++c) {
            a[c] *= inverse_pivots[c];
#pragma GCC unroll 16
            for (int k = c + 1; k < L; ++k) a[k] -= a[c] * diagonal[c * L + k];
        }
    }

    static void forward(const float* C, const float* inverse_pivots, float* b, std::int64_t tiles)
    {
        for (std::int64_t J = 0; J < tiles; ++J) {
            float* z = b + J * L;
            const float* diagonal = C + offset(J, J);
            for (int c = 0; c < L; ++c) {
                z[c] *= inverse_pivots[J * L + c];
                for (int r = c + 1; r < L; ++r) z[r] -= diagonal[c * L + r] * z[c];
            }
            for (std::int64_t I = J + 1; I < tiles; ++I) {
                const float* tile = C + offset(I, J);
                Vector rest = load(b + I * L);
                for (int c = 0; c < L; ++c) rest -= load(tile + c * L) * z[c];
                store(b + I * L, rest);
            }
        }
    }

    static void backward(const float* C, const float* inverse_pivots, float* b, std::int64_t tiles)
    {
        for (std::int64_t J = tiles - 1; J >= 0; --J) {
            Vector sums[L] = {};  // sums[c] holds column c of (tiles below)ᵀ z, lane by lane
            for (std::int64_t I = J + 1; I < tiles; ++I) {
                const float* tile = C + offset(I, J);
                const Vector below = load(b + I * L);
                for (int c = 0; c < L; ++c) sums[c] += load(tile + c * L) * below;
            }
            float* z = b + J * L;
            const float* diagonal = C + offset(J, J);
            for (int c = L - 1; c >= 0; --c) {
                float rest = z[c];
                for (int r = 0; r < L; ++r) rest -= sums[c][r];
                for (int r = c + 1; r < L; ++r) rest -= diagonal[c * L + r] * z[r];
                z[c] = rest * inverse_pivots[J * L + c];
            }
        }
    }
};

}  // namespace alster::ALSTER_ISA
