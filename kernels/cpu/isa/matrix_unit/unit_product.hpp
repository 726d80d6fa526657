#pragma once
#include "kernels/cpu/isa/rows/table_rows.hpp"

namespace alster::ALSTER_ISA {

/// Products by a matrix unit (AmxUnit) that sums those of bf16 in fp32, and a symmetric rank update of them. Of the
/// elements that are summed over, two are a word: a panel holds up to `rows` of them for each of 16·strips rows or
/// columns of the result, for each strip and chunk of 32 a tile of 16×16 words, in `left` by rows of the result, in
/// `right` by columns of it (transposed).
template <class Unit>
struct UnitProduct {
    using T = Tiles<16>;
    using Vector = T::Vector;
    using Words = Lanes<16>::Words;

    /// The fewer chunks, the more it costs to move A in and out of the registers; two strips of left and of right stay
    /// in the first-level cache (48 KiB).
    static constexpr std::int64_t chunks = 8;
    static constexpr std::int64_t chunk_rows = 32;
    static constexpr std::int64_t rows = chunks * chunk_rows;

    static constexpr std::int64_t tile = 16 * 16;  // words
    static constexpr std::int64_t at(std::int64_t strip, std::int64_t chunk) { return (strip * chunks + chunk) * tile; }
    /// Words (floats) of `left` or of `right`.
    static constexpr std::int64_t size(std::int64_t strips) { return at(strips, 0); }

    /// Words of two numbers of bf16.
    static Vector paired(Vector low, Vector high)
    {
        return reinterpret_cast<Vector>(reinterpret_cast<Words>(low) >> 16 | reinterpret_cast<Words>(high));
    }

    /// Writes a tile of 16 vectors of words that pair low[i] and high[i], both of them bf16 by now, and the transposed
    /// one.
    static void put(const Vector (&low)[16], const Vector (&high)[16], float* pairs, float* transposed)
    {
        Vector words[16];
        for (int i = 0; i < 16; ++i) {
            words[i] = paired(low[i], high[i]);
            T::store(pairs + i * 16, words[i]);
        }
        Lanes<16>::transpose(words);
        for (int i = 0; i < 16; ++i) T::store(transposed + i * 16, words[i]);
    }

    /// A += Σ_k p_k p_kᵀ over `count` chunks, of the lower tiles, with meanwhile() before each update.
    template <class Meanwhile>
    static void rank_update(float* A, const float* left, const float* right, std::int64_t count, std::int64_t strips,
                            Meanwhile meanwhile)
    {
        Unit unit;
        for (std::int64_t I = 0; I < strips; I += 2) {
            const bool alone = I + 1 == strips;
            for (std::int64_t J = 0; J <= I; J += 2) {
                meanwhile();
                const Update update{A + T::offset(I, J), A + T::offset(I + 1, J), left + at(J, 0), right + at(I, 0),
                                    count};
                if (alone && J < I)
                    update.template run<false, true>(unit);
                else if (alone)
                    update.template run<false, false>(unit);
                else if (J < I)
                    update.template run<true, true>(unit);
                else
                    update.template run<true, false>(unit);
            }
        }
    }

    /// How many updates rank_update makes.
    static constexpr std::int64_t updates(std::int64_t strips)
    {
        const std::int64_t pairs = (strips + 1) / 2;
        return pairs * (pairs + 1) / 2;
    }

    /// The products of two strips of left by two of right in registers 0 to 3: of the first of right in `upper`, of the
    /// second in `lower`, two tiles each. In a rank update these are tiles (I, J), (I, J + 1) and (I + 1, J),
    /// (I + 1, J + 1), their columns being left's. Without two_rows the lower ones are not there; on the diagonal (not
    /// below it) the second upper one is not.
    template <bool two_rows, bool below>
    struct Block {
        Unit& unit;

        void load(const float* upper, const float* lower)
        {
            unit.template load<0>(upper);
            if constexpr (below) unit.template load<1>(upper + tile);
            if constexpr (two_rows) unit.template load<2>(lower);
            if constexpr (two_rows) unit.template load<3>(lower + tile);
        }

        /// Adds `count` chunks of products: left passes through registers 4 and 5, right through 6 and 7.
        void add(const float* left, const float* right, std::int64_t count)
        {
            for (std::int64_t chunk = 0; chunk < count; ++chunk) {
                const float* const l = left + at(0, chunk);
                const float* const r = right + at(0, chunk);
                unit.template load<4>(l);
                unit.template load<6>(r);
                unit.template multiply<0, 4, 6>();
                if constexpr (below || two_rows) unit.template load<5>(l + at(1, 0));
                if constexpr (below) unit.template multiply<1, 5, 6>();
                if constexpr (two_rows) unit.template load<7>(r + at(1, 0));
                if constexpr (two_rows) unit.template multiply<2, 4, 7>();
                if constexpr (two_rows) unit.template multiply<3, 5, 7>();
            }
        }

        void store(float* upper, float* lower)
        {
            unit.template store<0>(upper);
            if constexpr (below) unit.template store<1>(upper + tile);
            if constexpr (two_rows) unit.template store<2>(lower);
            if constexpr (two_rows) unit.template store<3>(lower + tile);
        }
    };

private:
    struct Update {
        float* upper;
        float* lower;
        const float* left;
        const float* right;
        std::int64_t count;

        template <bool two_rows, bool below>
        void run(Unit& unit) const
        {
            Block<two_rows, below> block{unit};
            block.load(upper, lower);
            block.add(left, right, count);
            block.store(upper, lower);
        }
    };
};

}  // namespace alster::ALSTER_ISA
