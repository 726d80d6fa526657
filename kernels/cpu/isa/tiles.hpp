#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/cpu/isa/lanes.hpp"

namespace alster::ALSTER_ISA {

/// A term of a sum in a register: a ± p q.
struct Plus {
    template <class V>
    static V add(V a, V p, float q)
    {
        return a + p * q;
    }
};
struct Minus {
    template <class V>
    static V add(V a, V p, float q)
    {
        return a - p * q;
    }
};

/// A symmetric (n, n) matrix, n = tiles·L, as its lower tiles packed by rows of tiles; tile (I, J ≤ I) holds L columns
/// of L elements: element (I·L + r, J·L + c) lies at tile + c·L + r. Of diagonal tiles only the lower triangle counts.
/// The same layout serves the rank update, the Cholesky factorization and the triangular solves: no tile is transposed
/// in memory.
template <int L>
struct Tiles {
    using Vector = typename Lanes<L>::Vector;

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

    /// How many updates rank_update makes.
    static constexpr std::int64_t updates(std::int64_t tiles)
    {
        const std::int64_t pairs = (tiles + 1) / 2;
        return pairs * pairs + tiles / 2;
    }

    /// A += Σ_k p_k p_kᵀ for `rows` rows p_k of a panel, with meanwhile() before each update. Of the panel L columns
    /// lie together, a strip (rows, L), and the strips `strip` floats apart: two of them stay in the first-level cache
    /// while the others pass once.
    template <class Term = Plus, class Meanwhile>
    static void rank_update(float* A, const float* P, std::int64_t rows, std::int64_t tiles, std::int64_t strip,
                            Meanwhile meanwhile)
    {
        for (std::int64_t I = 0; I < tiles; I += 2) {
            const bool alone = I + 1 == tiles;
            const float* p = P + I * strip;
            for (std::int64_t J = 0; J < I; ++J) {
                meanwhile();
                if (alone)
                    update_one<Term>(A + offset(I, J), p, P + J * strip, L, rows);
                else
                    update_two<Term>(A + offset(I, J), A + offset(I + 1, J), p, p + strip, P + J * strip, L, rows);
            }
            meanwhile();
            update_diagonal<Term>(A + offset(I, I), p, L, rows);
            if (alone) return;
            meanwhile();
            update_one<Term>(A + offset(I + 1, I), p + strip, p, L, rows);
            update_diagonal<Term>(A + offset(I + 1, I + 1), p + strip, L, rows);
        }
    }

    /// Two tiles by one: columns c of upper and lower, `column` floats apart, get ± Σ_k p_k q_k[c], where p_k are L
    /// floats of left_upper and left_lower, and q_k L floats of right, `stride` apart. Half the columns at a time, so
    /// that both share what is broadcast in L registers (or all of four columns: fewer would not hide an add).
    template <class Term>
    static void update_two(float* upper, float* lower, const float* left_upper, const float* left_lower,
                           const float* right, std::int64_t stride, std::int64_t count, std::int64_t column = L)
    {
        constexpr int C = L < 8 ? L : L / 2;
        for (int first = 0; first < L; first += C) {
            Vector a[C];
            Vector b[C];
            for (int c = 0; c < C; ++c) a[c] = load(upper + (first + c) * column);
            for (int c = 0; c < C; ++c) b[c] = load(lower + (first + c) * column);
            for (std::int64_t k = 0, at = 0; k < count; ++k, at += stride) {
                const Vector p = load(left_upper + at);
                const Vector q = load(left_lower + at);
#pragma GCC unroll 16
                for (int c = 0; c < C; ++c) {
                    a[c] = Term::add(a[c], p, right[at + first + c]);
                    b[c] = Term::add(b[c], q, right[at + first + c]);
                }
            }
            for (int c = 0; c < C; ++c) store(upper + (first + c) * column, a[c]);
            for (int c = 0; c < C; ++c) store(lower + (first + c) * column, b[c]);
        }
    }

    /// A_JJ ± Σ_k p_k p_kᵀ, the p_k `stride` apart. Where half a register costs half the time, the columns behind the
    /// middle are only computed from there on.
    template <class Term>
    static void update_diagonal(float* tile, const float* p, std::int64_t stride, std::int64_t count)
    {
        if constexpr (L < 16) {
            update_one<Term>(tile, p, p, stride, count);
        } else {
            constexpr int H = L / 2;
            Vector a[H];
            Half b[H];
            for (int c = 0; c < H; ++c) a[c] = load(tile + c * L);
            for (int c = 0; c < H; ++c) b[c] = half(tile + (H + c) * L + H);
            for (std::int64_t k = 0; k < count; ++k, p += stride) {
                const Vector all = load(p);
                const Half lower = half(p + H);
#pragma GCC unroll 16
                for (int c = 0; c < H; ++c) a[c] = Term::add(a[c], all, p[c]);
#pragma GCC unroll 16
                for (int c = 0; c < H; ++c) b[c] = Term::add(b[c], lower, p[H + c]);
            }
            for (int c = 0; c < H; ++c) store(tile + c * L, a[c]);
            for (int c = 0; c < H; ++c) half(tile + (H + c) * L + H) = b[c];
        }
    }

    /// A_IJ ± Σ_k p_Ik p_Jkᵀ for all I > J, the p_Ik `stride` apart from strip(I) on. Tiles are taken in twos: they
    /// share what is broadcast.
    template <class Term, class Strip>
    static void update_below(float* A, std::int64_t J, std::int64_t tiles, Strip strip, std::int64_t stride,
                             std::int64_t count)
    {
        std::int64_t I = J + 1;
        for (; I + 1 < tiles; I += 2)
            update_two<Term>(A + offset(I, J), A + offset(I + 1, J), strip(I), strip(I + 1), strip(J), stride, count);
        if (I < tiles) update_one<Term>(A + offset(I, J), strip(I), strip(J), stride, count);
    }

private:
    typedef float Half __attribute__((vector_size(L * sizeof(float) / 2)));
    static const Half& half(const float* p) { return *reinterpret_cast<const Half*>(p); }
    static Half& half(float* p) { return *reinterpret_cast<Half*>(p); }

    /// The tile stays in L registers all along: each step is one load and L multiply-adds with a broadcast element.
    template <class Term>
    static void update_one(float* tile, const float* left, const float* right, std::int64_t stride, std::int64_t count)
    {
        Vector a[L];
        for (int c = 0; c < L; ++c) a[c] = load(tile + c * L);
        for (std::int64_t k = 0; k < count; ++k, left += stride, right += stride) {
            const Vector p = load(left);
#pragma GCC unroll 16
            for (int c = 0; c < L; ++c) a[c] = Term::add(a[c], p, right[c]);
        }
        for (int c = 0; c < L; ++c) store(tile + c * L, a[c]);
    }
};

}  // namespace alster::ALSTER_ISA
