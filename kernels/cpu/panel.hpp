#pragma once
#include "kernels/cpu/gather.hpp"

namespace alster::ALSTER_ISA {

/// How gathered rows √c y lie in a panel, and how its products are summed: a row of the panel for each of them.
template <int L, class TableElement>
struct PlainPanel {
    using Element = TableElement;
    using Term = Plus;
    using Vector = typename Lanes<L>::Vector;

    static constexpr std::int64_t steps(std::int64_t rows) { return rows; }

    /// Writes row k, padded with zeros, and adds goal times it to b.
    static void put(float* panel, std::int64_t k, const Element* y, float root, float goal, const RowContext& context,
                    std::int64_t padded, float* b)
    {
        float* row = panel + k * padded;
        std::int64_t a = 0;
        for (; a + L <= context.width; a += L) Tiles<L>::store(row + a, root * load_row<L>(y + a));
        for (; a < context.width; ++a) row[a] = root * widen(y[a]);
        for (; a < padded; ++a) row[a] = 0;
        if (context.biased) row[context.width - 1] = root;
        for (a = 0; a < padded; a += L) Tiles<L>::store(b + a, Tiles<L>::load(b + a) + goal * Tiles<L>::load(row + a));
    }
};

}  // namespace alster::ALSTER_ISA
