#pragma once
#include <cstdint>

/// Moving lanes of vector registers about. Included only by what is compiled once for each instruction set (ALSTER_ISA
/// names the namespace): so every function here has internal use and its own instructions.
namespace alster::ALSTER_ISA {

constexpr std::int64_t round_up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to * to; }
constexpr std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
constexpr std::int64_t most(std::int64_t a, std::int64_t b) { return a > b ? a : b; }

template <int L>
struct Lanes {
    typedef float Vector __attribute__((vector_size(L * sizeof(float))));
    typedef std::uint32_t Words __attribute__((vector_size(L * sizeof(std::uint32_t))));
    typedef std::uint16_t Shorts __attribute__((vector_size(L * sizeof(std::uint16_t))));
    typedef std::uint32_t Pairs __attribute__((vector_size(L * sizeof(std::uint16_t))));

    /// All lanes are lane c of v.
    template <int c>
    static Vector spread(Vector v)
    {
        return spread<c>(v, All{});
    }

    /// The lanes behind lane c; the others are 0.
    template <int c>
    static Vector behind(Vector v)
    {
        return behind<c>(v, All{});
    }

    /// L numbers given by the upper halves of their bits, in pairs: each pair is taken twice, every other one shifted.
    static Vector upper_halves(Pairs pairs) { return upper_halves(pairs, All{}); }

    /// Transposes L vectors of L lanes in registers: log2(L) rounds, each swapping off-diagonal blocks of half the
    /// size.
    static void transpose(Vector (&rows)[L]) { swap_blocks<L / 2>(rows); }

    /// Lane i is the sum of the lanes of rows[i], which are overwritten: a transposition that adds as it goes.
    static Vector sums(Vector (&rows)[L])
    {
        add_blocks<L / 2>(rows);
        return rows[0];
    }

private:
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
    using All = typename Count<L>::type;

    template <int c, int... J>
    static Vector spread(Vector v, Sequence<J...>)
    {
        return __builtin_shufflevector(v, v, (J * 0 + c)...);
    }

    template <int c, int... J>
    static Vector behind(Vector v, Sequence<J...>)
    {
        return __builtin_shufflevector(v, Vector{}, (J > c ? J : L)...);
    }

    template <int... J>
    static Vector upper_halves(Pairs pairs, Sequence<J...>)
    {
        const Words twice = __builtin_shufflevector(pairs, pairs, (J / 2)...);
        return reinterpret_cast<Vector>(twice << Words{(J % 2 == 0 ? 16U : 0U)...} & 0xffff0000U);
    }

    template <int H>
    static void swap_blocks(Vector (&rows)[L])
    {
        for (int i = 0; i < L; ++i) {
            if (i & H) continue;
            const Vector a = rows[i];
            const Vector b = rows[i + H];
            rows[i] = shuffle<H, false>(a, b, All{});
            rows[i + H] = shuffle<H, true>(a, b, All{});
        }
        if constexpr (H > 1) swap_blocks<H / 2>(rows);
    }

    template <int H>
    static void add_blocks(Vector (&rows)[L])
    {
        for (int i = 0; i < H; ++i)
            rows[i] = shuffle<H, false>(rows[i], rows[i + H], All{}) + shuffle<H, true>(rows[i], rows[i + H], All{});
        if constexpr (H > 1) add_blocks<H / 2>(rows);
    }

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
