#pragma once
#include "kernels/cpu/isa/matrix_unit/unit_product.hpp"

namespace alster::ALSTER_ISA {

/// Gathered rows √c y in bf16 for a matrix unit, sums going over entries (UnitProduct). √c y is rounded once more where
/// c ≠ 1, and b is summed from what was rounded: so the row's system is that of its rounded entries on both sides.
template <class Unit>
struct UnitPanel {
    using Element = std::uint16_t;
    using Product = UnitProduct<Unit>;
    using T = Tiles<16>;
    using Vector = T::Vector;

    static constexpr int speed = 8;
    static constexpr std::int64_t rows = Product::rows;
    static constexpr std::int64_t size(std::int64_t padded) { return 2 * Product::size(padded / 16); }

    static void gather(const RowContext& context, const RowToSolve& task, std::int64_t first, std::int64_t count,
                       std::int64_t padded, float* panel, float* b)
    {
        for (std::int64_t chunk = 0; chunk < chunks(count); ++chunk) {
            const std::int64_t begin = chunk * Product::chunk_rows;
            gather_chunk(context, task, first + begin, least(count - begin, Product::chunk_rows), padded,
                         panel + Product::at(0, chunk), b);
        }
    }

    template <class Meanwhile>
    static void add_products(float* A, const float* panel, std::int64_t count, std::int64_t padded, Meanwhile meanwhile)
    {
        Product::rank_update(A, panel, panel + size(padded) / 2, chunks(count), padded / 16, meanwhile);
    }

    static constexpr std::int64_t updates(std::int64_t padded) { return Product::updates(padded / 16); }

private:
    static constexpr std::int64_t chunks(std::int64_t count)
    {
        return (count + Product::chunk_rows - 1) / Product::chunk_rows;
    }

    /// Those behind the row's last weigh nothing.
    static void gather_chunk(const RowContext& context, const RowToSolve& task, std::int64_t first, std::int64_t count,
                             std::int64_t padded, float* left, float* b)
    {
        const Element* neighbours[Product::chunk_rows];
        float roots[Product::chunk_rows];
        float goals[Product::chunk_rows];
        for (std::int64_t k = 0; k < Product::chunk_rows; ++k) {
            const std::int64_t entry = first + least(k, count - 1);
            neighbours[k] = table_row<Element>(context, task.columns[entry]);
            roots[k] = k < count ? root_confidence(task, entry) : 0;
            goals[k] = roots[k] * target(context, task, entry, neighbours[k]);
        }
        float* const right = left + size(padded) / 2;
        for (std::int64_t strip = 0; strip < padded / 16; ++strip) {
            const auto scaled = [&](std::int64_t k) {
                const Vector v = roots[k] * load_strip<16>(context, neighbours[k], strip * 16);
                return task.confidences ? nearest_bf16(v) : v;
            };
            Vector even[16];
            Vector odd[16];
            Vector sums[2] = {};
            for (int i = 0; i < 16; ++i) {
                even[i] = scaled(2 * i);
                odd[i] = scaled(2 * i + 1);
                sums[0] += goals[2 * i] * even[i];
                sums[1] += goals[2 * i + 1] * odd[i];
            }
            T::store(b + strip * 16, T::load(b + strip * 16) + (sums[0] + sums[1]));
            Product::put(even, odd, right + Product::at(strip, 0), left + Product::at(strip, 0));
        }
    }
};

}  // namespace alster::ALSTER_ISA
