#pragma once
#include "kernels/cpu/gather.hpp"

namespace alster::ALSTER_ISA {

/// b += Σ_k goal_k p_k for the rows p_k of a panel (rows, strips·L), each read by load(k, a); some strips at a time,
/// with the rows in two chains, so that what is added to stays in registers.
template <int L, int strips, class Load>
void add_strips(float* b, const float* goals, std::int64_t rows, Load load)
{
    using Vector = typename Lanes<L>::Vector;
    Vector even[strips] = {};
    Vector odd[strips] = {};
    std::int64_t k = 0;
    for (; k + 2 <= rows; k += 2) {
        for (int s = 0; s < strips; ++s) even[s] += goals[k] * load(k, s * L);
        for (int s = 0; s < strips; ++s) odd[s] += goals[k + 1] * load(k + 1, s * L);
    }
    if (k < rows)
        for (int s = 0; s < strips; ++s) even[s] += goals[k] * load(k, s * L);
    for (int s = 0; s < strips; ++s) Tiles<L>::store(b + s * L, Tiles<L>::load(b + s * L) + (even[s] + odd[s]));
}

template <int L, class Load>
void add_goals(float* b, const float* goals, std::int64_t rows, std::int64_t padded, Load load)
{
    std::int64_t a = 0;
    for (; a + 4 * L <= padded; a += 4 * L)
        add_strips<L, 4>(b + a, goals, rows, [&](std::int64_t k, std::int64_t i) { return load(k, a + i); });
    for (; a < padded; a += L)
        add_strips<L, 1>(b + a, goals, rows, [&](std::int64_t k, std::int64_t i) { return load(k, a + i); });
}

/// How gathered rows √c y lie in a panel, and how its products are summed: a row of the panel for each of them.
template <int L, class TableElement>
struct PlainPanel {
    using Element = TableElement;
    using Term = Plus;

    static constexpr std::int64_t steps(std::int64_t rows) { return rows; }

    /// Writes row k, padded with zeros.
    static void put(float* panel, std::int64_t k, const Element* y, float root, const RowContext& context,
                    std::int64_t padded)
    {
        float* row = panel + k * padded;
        std::int64_t a = 0;
        for (; a + L <= context.width; a += L) Tiles<L>::store(row + a, root * load_row<L>(y + a));
        for (; a < context.width; ++a) row[a] = root * widen(y[a]);
        for (; a < padded; ++a) row[a] = 0;
        if (context.biased) row[context.width - 1] = root;
    }

    /// Elements a … a + L of row k.
    static typename Lanes<L>::Vector load(const float* panel, std::int64_t k, std::int64_t a, std::int64_t padded)
    {
        return Tiles<L>::load(panel + k * padded + a);
    }
};

}  // namespace alster::ALSTER_ISA
