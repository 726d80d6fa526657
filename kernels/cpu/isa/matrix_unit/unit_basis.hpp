#pragma once
#include "kernels/cpu/isa/limbs.hpp"
#include "kernels/cpu/isa/matrix_unit/unit_product.hpp"

namespace alster::ALSTER_ISA {

/// What the principal basis takes of a chunk of rows, by a matrix unit for bf16 (UnitProduct). Each number is the sum
/// of two of bf16, v = high + low + ε with |low| ≤ 2^-8 |v| and |ε| ≤ 2^-17 |v|, and a product of a rotation three:
///
///     v w ≈ low·high' + high·low' + high·high'
///
/// which leaves out at most 2^-15 of it, as much as fp32 may lose in a sum of 512. A Gramian has low·low' too: what it
/// leaves out would be a Gramian itself, and what remains have negative eigenvalues. Sums of the small products go
/// first. An operand's two parts lie in panels of up to 256 elements that are summed over.
template <class Unit>
struct UnitBasis {
    static BasisKernel kernel() { return {chunk_bytes, square_bytes, pack, rotate, add_gramian}; }

private:
    using Product = UnitProduct<Unit>;
    using Block = typename Product::template Block<true, true>;
    using Vector = typename Product::Vector;
    using T = Tiles<16>;
    typedef float Half __attribute__((vector_size(8 * sizeof(float))));

    static constexpr std::int64_t row_strips = BasisKernel::chunk_rows / 16;

    /// Of two for one Block.
    static constexpr std::int64_t column_strips(std::int64_t width) { return 2 * ((width + 31) / 32); }

    /// Chunks and panels of so many elements that are summed over.
    static constexpr std::int64_t chunks(std::int64_t summed)
    {
        return (summed + Product::chunk_rows - 1) / Product::chunk_rows;
    }
    static constexpr std::int64_t panels(std::int64_t summed) { return (summed + Product::rows - 1) / Product::rows; }

    /// Floats of an operand: `strips` of 16 rows or columns, `summed` elements in each.
    static constexpr std::int64_t operand(std::int64_t strips, std::int64_t summed)
    {
        return panels(summed) * 2 * Product::size(strips);
    }

    static std::int64_t chunk_bytes(std::int64_t width)
    {
        const std::int64_t rotated = operand(row_strips, width);
        const std::int64_t squared = 2 * operand(column_strips(width), BasisKernel::chunk_rows);
        return most(rotated, squared) * std::int64_t{sizeof(float)};
    }
    static std::int64_t square_bytes(std::int64_t width)
    {
        return operand(column_strips(width), width) * std::int64_t{sizeof(float)};
    }

    /// Where the tile of a strip and a chunk lies; the low part is Product::size(strips) behind the high one.
    static constexpr std::int64_t tile_at(std::int64_t strips, std::int64_t strip, std::int64_t chunk)
    {
        return chunk / Product::chunks * 2 * Product::size(strips) + Product::at(strip, chunk % Product::chunks);
    }

    /// 16 elements of which the first `count` are there; the others are 0.
    static Vector load(const float* elements, std::int64_t count)
    {
        Vector v{};
        if (count >= 16)
            __builtin_memcpy(&v, elements, sizeof v);
        else
            for (int i = 0; i < count; ++i) v[i] = elements[i];
        return v;
    }

    /// Writes the words of 16 elements and 16 others: of their high parts, and behind those of their low ones.
    static void put(Vector first, Vector second, float* high, std::int64_t to_low)
    {
        const Vector highs[2] = {nearest_bf16(first), nearest_bf16(second)};
        T::store(high, Product::paired(highs[0], highs[1]));
        T::store(high + to_low, Product::paired(nearest_bf16(first - highs[0]), nearest_bf16(second - highs[1])));
    }

    static void pack(const double* Q, std::int64_t width, void* packed)
    {
        const std::int64_t strips = column_strips(width);
        float* const right = static_cast<float*>(packed);
        for (std::int64_t chunk = 0; chunk < chunks(width); ++chunk)
            for (std::int64_t strip = 0; strip < strips; ++strip) {
                const auto row = [&](std::int64_t k) {
                    float elements[16] = {};
                    for (std::int64_t c = 0; k < width && c < least(16, width - strip * 16); ++c)
                        elements[c] = static_cast<float>(Q[k * width + strip * 16 + c]);
                    return load(elements, 16);
                };
                put_tile(row, chunk, right + tile_at(strips, strip, chunk), Product::size(strips));
            }
    }

    /// Writes both parts of a right tile whose i-th words are of row(k) and row(k + 16), k being the i-th of the chunk.
    template <class Row>
    static void put_tile(Row row, std::int64_t chunk, float* high, std::int64_t to_low)
    {
        for (int i = 0; i < 16; ++i) {
            const std::int64_t k = chunk * Product::chunk_rows + i;
            put(row(k), row(k + 16), high + i * 16, to_low);
        }
    }

    static void rotate(const void* packed, std::int64_t width, std::int64_t count, void* workspace, float* rows)
    {
        float* const left = static_cast<float*>(workspace);
        const float* const right = static_cast<const float*>(packed);
        const std::int64_t strips = column_strips(width);
        split_rows(rows, count, width, left);
        Unit unit;
        for (std::int64_t column = 0; column < strips; column += 2)
            for (std::int64_t row = 0; row * 16 < count; row += 2) {
                alignas(64) float sums[4 * Product::tile] = {};
                Block block{unit};
                block.load(sums, sums + 2 * Product::tile);
                for (std::int64_t first = 0; first < chunks(width); first += Product::chunks) {
                    const Operands panel{left + tile_at(row_strips, row, first), Product::size(row_strips),
                                         right + tile_at(strips, column, first), Product::size(strips),
                                         least(chunks(width) - first, Product::chunks)};
                    panel.add_small(block);
                    panel.add_large(block);
                }
                block.store(sums, sums + 2 * Product::tile);
                for (int t = 0; t < 4; ++t)
                    write(sums + t * Product::tile, (row + t % 2) * 16, (column + t / 2) * 16, count, width, rows);
            }
    }

    /// The high parts of two strips of left and two of right, how far behind them the low ones lie, and their chunks.
    struct Operands {
        const float* left;
        std::int64_t left_low;
        const float* right;
        std::int64_t right_low;
        std::int64_t count;

        void add_least(Block& block) const { block.add(left + left_low, right + right_low, count); }
        void add_small(Block& block) const
        {
            block.add(left + left_low, right, count);
            block.add(left, right + right_low, count);
        }
        void add_large(Block& block) const { block.add(left, right, count); }
    };

    /// Rows become left operands: a word holds elements k and k + 16 of a row's chunk.
    static void split_rows(const float* rows, std::int64_t count, std::int64_t width, float* left)
    {
        for (std::int64_t strip = 0; strip * 16 < round_up(count, 32); ++strip)
            for (std::int64_t chunk = 0; chunk < chunks(width); ++chunk) {
                float* const high = left + tile_at(row_strips, strip, chunk);
                for (std::int64_t i = 0; i < 16; ++i) {
                    const std::int64_t r = strip * 16 + i;
                    const std::int64_t k = chunk * Product::chunk_rows;
                    const auto elements = [&](std::int64_t from) {
                        return r < count && from < width ? load(rows + r * width + from, width - from) : Vector{};
                    };
                    put(elements(k), elements(k + 16), high + i * 16, Product::size(row_strips));
                }
            }
    }

    /// The part of a tile that lies within rows (count, width).
    static void write(const float* tile, std::int64_t row, std::int64_t column, std::int64_t count, std::int64_t width,
                      float* rows)
    {
        const std::int64_t there = least(16, width - column);
        for (std::int64_t r = row; there > 0 && r < least(row + 16, count); ++r, tile += 16) {
            float* const to = rows + r * width + column;
            if (there == 16)
                __builtin_memcpy(to, tile, 16 * sizeof(float));
            else
                for (std::int64_t c = 0; c < there; ++c) to[c] = tile[c];
        }
    }

    static void add_gramian(const float* rows, std::int64_t count, std::int64_t width, double quantum, void* workspace,
                            std::int64_t* limbs)
    {
        const std::int64_t strips = column_strips(width);
        float* const right = static_cast<float*>(workspace);
        float* const left = right + operand(strips, BasisKernel::chunk_rows);
        split_columns(rows, count, width, left, right);
        Limbs sum(limbs, width, quantum);
        Unit unit;
        for (std::int64_t I = 0; I < strips; I += 2)
            for (std::int64_t J = 0; J <= I; J += 2) {
                alignas(64) float sums[4 * Product::tile] = {};
                Block block{unit};
                block.load(sums, sums + 2 * Product::tile);
                const Operands panel{left + tile_at(strips, I, 0), Product::size(strips), right + tile_at(strips, J, 0),
                                     Product::size(strips), chunks(BasisKernel::chunk_rows)};
                panel.add_least(block);
                panel.add_small(block);
                panel.add_large(block);
                block.store(sums, sums + 2 * Product::tile);
                for (int t = 0; t < 4; ++t)
                    add_tile(sums + t * Product::tile, (I + t % 2) * 16, (J + t / 2) * 16, width, sum);
            }
    }

    /// Columns become both operands: a word holds the elements of two rows.
    static void split_columns(const float* rows, std::int64_t count, std::int64_t width, float* left, float* right)
    {
        const std::int64_t strips = column_strips(width);
        for (std::int64_t chunk = 0; chunk < chunks(BasisKernel::chunk_rows); ++chunk)
            for (std::int64_t strip = 0; strip < strips; ++strip) {
                const auto row = [&](std::int64_t k) {
                    const std::int64_t from = strip * 16;
                    return k < count && from < width ? load(rows + k * width + from, width - from) : Vector{};
                };
                const std::int64_t high = tile_at(strips, strip, chunk);
                put_tile(row, chunk, right + high, Product::size(strips));
                transpose(right + high, left + high);
                transpose(right + high + Product::size(strips), left + high + Product::size(strips));
            }
    }

    static void transpose(const float* tile, float* transposed)
    {
        Vector v[16];
        for (int i = 0; i < 16; ++i) v[i] = T::load(tile + i * 16);
        Lanes<16>::transpose(v);
        for (int i = 0; i < 16; ++i) T::store(transposed + i * 16, v[i]);
    }

    /// What of a tile is in the lower triangle.
    static void add_tile(const float* tile, std::int64_t row, std::int64_t column, std::int64_t width, Limbs& sum)
    {
        for (std::int64_t a = row; a < least(width, row + 16); ++a, tile += 16) {
            if (a < column) continue;
            Doubles terms[2];
            for (int v = 0; v < 2; ++v) {
                Half half;
                __builtin_memcpy(&half, tile + v * 8, sizeof half);
                terms[v] = __builtin_convertvector(half, Doubles);
            }
            sum.add(terms, a, column, least(16, a + 1 - column));
        }
    }
};

}  // namespace alster::ALSTER_ISA
