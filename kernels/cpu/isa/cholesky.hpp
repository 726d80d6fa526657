#pragma once
#include <cmath>

#include "kernels/cpu/isa/tiles.hpp"
#include "kernels/pivots.hpp"

namespace alster::ALSTER_ISA {

/// A = C Cᵀ in Tiles<L>. Tiles below the diagonal become those of C; a diagonal tile becomes the unit lower triangle U
/// of C_JJ = U S, S = diag(√d): with the roots kept apart no division and no root stands between one column and the
/// next but that of its pivot.
template <int L>
struct Cholesky {
    using T = Tiles<L>;
    using Vector = typename T::Vector;

    /// In place, left-looking by tile columns; inverse_roots (tiles·L) gets 1 / √d. False where a pivot is not
    /// positive, or too small a share of its diagonal element.
    static bool factor(float* A, float* inverse_roots, std::int64_t tiles)
    {
        const auto strip = [A](std::int64_t I) { return A + T::offset(I, 0); };
        for (std::int64_t J = 0; J < tiles; ++J) {
            float* diagonal = A + T::offset(J, J);
            float* roots = inverse_roots + J * L;
            for (int c = 0; c < L; ++c) roots[c] = least_pivot_share * diagonal[c * L + c];
            T::template update_diagonal<Minus>(diagonal, strip(J), L, J * L);
            if (!factor_tile(diagonal, roots)) return false;
            T::template update_below<Minus>(A, J, tiles, strip, L, J * L);
            for (std::int64_t I = J + 1; I < tiles; ++I) solve_tile(diagonal, roots, A + T::offset(I, J));
        }
        return true;
    }

    /// b ← (C Cᵀ)⁻¹ b
    static void solve(const float* C, const float* inverse_roots, float* b, std::int64_t tiles)
    {
        for (std::int64_t J = 0; J < tiles; ++J) forward(C, inverse_roots, b, J, tiles);
        for (std::int64_t J = tiles - 1; J >= 0; --J) backward(C, inverse_roots, b, J, tiles);
    }

private:
    /// inverse_roots: at first what the pivots must be above, which is not negative.
    static bool factor_tile(float* tile, float* inverse_roots)
    {
        Vector a[L];
        for (int c = 0; c < L; ++c) a[c] = T::load(tile + c * L);
        eliminate<0>(tile, a);
        const Vector least = T::load(inverse_roots);
        for (int c = 0; c < L; ++c) inverse_roots[c] = tile[c * L + c];
        const auto above = T::load(inverse_roots) > least;  // NaN is not
        bool sound = true;
        for (int c = 0; c < L; ++c) sound &= above[c] != 0;
        for (int c = 0; c < L; ++c) inverse_roots[c] = 1 / std::sqrt(inverse_roots[c]);
        for (int c = 0; c < L; ++c) T::store(tile + c * L, a[c]);
        return sound;
    }

    /// Column c of U, and what it takes off the columns behind it. The tile is stored as it goes, for its broadcasts.
    template <int c>
    static void eliminate(float* tile, Vector (&a)[L])
    {
        T::store(tile + c * L, a[c]);
        const Vector column = a[c] / Lanes<L>::template spread<c>(a[c]);
#pragma GCC unroll 16
        for (int k = c + 1; k < L; ++k) a[k] -= column * tile[c * L + k];
        a[c] = Lanes<L>::template behind<c>(column);
        if constexpr (c + 1 < L) eliminate<c + 1>(tile, a);
    }

    /// A tile below the diagonal: X ← X U⁻ᵀ S⁻¹
    static void solve_tile(const float* diagonal, const float* inverse_roots, float* tile)
    {
        Vector a[L];
        for (int c = 0; c < L; ++c) a[c] = T::load(tile + c * L);
#pragma GCC unroll 16
        for (int c = 0; c < L; ++c) {
#pragma GCC unroll 16
            for (int k = c + 1; k < L; ++k) a[k] -= a[c] * diagonal[c * L + k];
            T::store(tile + c * L, a[c] * inverse_roots[c]);
        }
    }

    /// z_J = S⁻¹ U⁻¹ b_J, and b_I −= C_IJ z_J below.
    static void forward(const float* C, const float* inverse_roots, float* b, std::int64_t J, std::int64_t tiles)
    {
        float* z = b + J * L;
        Vector rest = T::load(z);
        substitute<0>(C + T::offset(J, J), rest);
        T::store(z, rest * T::load(inverse_roots + J * L));
        for (std::int64_t I = J + 1; I < tiles; ++I) {
            const float* tile = C + T::offset(I, J);
            Vector even = T::load(b + I * L);
            Vector odd = {};
            for (int c = 0; c < L; c += 2) {
                even -= T::load(tile + c * L) * z[c];
                odd -= T::load(tile + (c + 1) * L) * z[c + 1];
            }
            T::store(b + I * L, even + odd);
        }
    }

    template <int c>
    static void substitute(const float* columns, Vector& rest)
    {
        rest -= T::load(columns + c * L) * Lanes<L>::template spread<c>(rest);
        if constexpr (c + 1 < L) substitute<c + 1>(columns, rest);
    }

    /// x_J = U⁻ᵀ S⁻¹ (z_J − Σ_{I>J} C_IJᵀ x_I)
    static void backward(const float* C, const float* inverse_roots, float* b, std::int64_t J, std::int64_t tiles)
    {
        Vector below[L] = {};  // below[c] holds column c of C_IJᵀ x_I, lane by lane
        for (std::int64_t I = J + 1; I < tiles; ++I) {
            const float* tile = C + T::offset(I, J);
            const Vector x = T::load(b + I * L);
            for (int c = 0; c < L; ++c) below[c] += T::load(tile + c * L) * x;
        }
        Vector rest = (T::load(b + J * L) - Lanes<L>::sums(below)) * T::load(inverse_roots + J * L);
        Vector rows[L];
        for (int c = 0; c < L; ++c) rows[c] = T::load(C + T::offset(J, J) + c * L);
        Lanes<L>::transpose(rows);
        substitute_back<L - 1>(rows, rest);
        T::store(b + J * L, rest);
    }

    template <int c>
    static void substitute_back(const Vector (&rows)[L], Vector& rest)
    {
        rest -= rows[c] * Lanes<L>::template spread<c>(rest);
        if constexpr (c > 0) substitute_back<c - 1>(rows, rest);
    }
};

}  // namespace alster::ALSTER_ISA
