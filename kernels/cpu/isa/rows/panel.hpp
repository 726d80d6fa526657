#pragma once
#include "kernels/cpu/isa/rows/table_rows.hpp"

namespace alster::ALSTER_ISA {

/// Rows √c y of some entries, and b += Σ c p y, strip by strip of L columns. Kind says how rows lie in a strip (Tiles):
/// its part of row k is written by put, which returns what can be read of it, and steps(rows) products by Term are
/// summed.
template <int L, class Kind, class TableElement>
struct GatheredRows {
    using Element = TableElement;
    using T = Tiles<L>;
    using Vector = typename T::Vector;

    static constexpr int speed = 1;
    static constexpr std::int64_t rows = panel_rows;
    static constexpr std::int64_t size(std::int64_t padded) { return padded * rows; }

    static void gather(const RowContext& context, const RowToSolve& task, std::int64_t first, std::int64_t count,
                       std::int64_t padded, float* panel, float* b)
    {
        const Element* neighbours[rows];
        float roots[rows];
        float goals[rows];
        for (std::int64_t k = 0; k < count; ++k) {
            neighbours[k] = table_row<Element>(context, task.columns[first + k]);
            roots[k] = root_confidence(task, first + k);
            goals[k] = roots[k] * target(context, task, first + k, neighbours[k]);
        }
        for (std::int64_t a = 0; a < padded; a += L) {
            Vector even = {};
            Vector odd = {};
            std::int64_t k = 0;
            const auto put = [&](Vector& sum) {
                sum += goals[k] * Kind::put(panel + a * rows, k, roots[k] * load_strip<L>(context, neighbours[k], a));
                ++k;
            };
            while (k + 2 <= count) {
                put(even);
                put(odd);
            }
            if (k < count) put(even);
            T::store(b + a, T::load(b + a) + (even + odd));
        }
    }

    template <class Meanwhile>
    static void add_products(float* A, const float* panel, std::int64_t count, std::int64_t padded, Meanwhile meanwhile)
    {
        T::template rank_update<typename Kind::Term>(A, panel, Kind::steps(count), padded / L, rows * L, meanwhile);
    }

    static constexpr std::int64_t updates(std::int64_t padded) { return T::updates(padded / L); }
};

/// Row by row.
template <int L, class TableElement>
struct PlainPanel : GatheredRows<L, PlainPanel<L, TableElement>, TableElement> {
    using Term = Plus;
    using Vector = typename Tiles<L>::Vector;

    static constexpr std::int64_t steps(std::int64_t rows) { return rows; }
    static Vector put(float* strip, std::int64_t k, Vector v)
    {
        Tiles<L>::store(strip + k * L, v);
        return v;
    }
};

}  // namespace alster::ALSTER_ISA
