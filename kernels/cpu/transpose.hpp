#pragma once
#include "kernels/cpu/tiles.hpp"

namespace alster::ALSTER_ISA {

/// Transposes L vectors of L lanes in registers: log2(L) rounds, each swapping off-diagonal blocks of half the size.
template <int L>
struct Transpose {
    using Vector = typename Tiles<L>::Vector;

    static void run(Vector (&rows)[L]) { swap_blocks<L / 2>(rows); }

private:
    template <int H>
    static void swap_blocks(Vector (&rows)[L])
    {
        for (int i = 0; i < L; ++i) {
            if (i & H) continue;
            const Vector a = rows[i];
            const Vector b = rows[i + H];
            rows[i] = shuffle<H, false>(a, b, Lanes{});
            rows[i + H] = shuffle<H, true>(a, b, Lanes{});
        }
        if constexpr (H > 1) swap_blocks<H / 2>(rows);
    }

    template <int... J>
    struct Sequence {
    };
    template <int N, int... J>
    struct Count : Count<N - 1, N - 1, J...> {
    };
    template <int... J>
    struct Count<0, J...> {
        using type = Sequence<J...>;
    };
    using Lanes = typename Count<L>::type;

    /// Upper row: a's lanes outside the block, b's in place of those inside. Lower row: the mirror.
    template <int H, bool Lower, int... J>
    static Vector shuffle(Vector a, Vector b, Sequence<J...>)
    {
        if constexpr (Lower)
            return __builtin_shufflevector(a, b, ((J & H) ? L + J : J + H)...);
        else
            return __builtin_shufflevector(a, b, ((J & H) ? L + J - H : J)...);
    }
};

}  // namespace alster::ALSTER_ISA
