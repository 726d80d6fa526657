// Compiled once for each instruction set, as row_solver.cpp.
#include "kernels/cpu/isa/basis_kernel.hpp"

#include "kernels/cpu/isa/lanes.hpp"
#include "kernels/cpu/isa/limbs.hpp"

namespace alster::ALSTER_ISA {

namespace {

constexpr int R = ALSTER_LANES / 2;  // rows of a tile, and doubles of a register

typedef float HalfFloats __attribute__((vector_size(R * sizeof(float))));
typedef float Floats __attribute__((vector_size(ALSTER_LANES * sizeof(float))));

/// Registers of what is summed: a whole one, as many floats, and R elements.
template <class Real>
struct Registers;
template <>
struct Registers<double> {
    using Vector = Doubles;
    using Rounded = HalfFloats;
    using Column = Doubles;
};
template <>
struct Registers<float> {
    using Vector = Floats;
    using Rounded = Floats;
    using Column = HalfFloats;
};

/// Sums of products in fp64 or fp32.
template <class Real>
class Basis {
public:
    static BasisKernel kernel() { return {chunk_bytes, square_bytes, pack, rotate, add_gramian}; }

private:
    using Vector = typename Registers<Real>::Vector;

    static constexpr int lanes = sizeof(Vector) / sizeof(Real);
    static constexpr int C = 3 * lanes;  // columns of a panel; a tile is R×C and fills three quarters of the registers

    static std::int64_t chunk_bytes(std::int64_t width)
    {
        return BasisKernel::chunk_rows * round_up(width, C) * std::int64_t{sizeof(Real)};
    }
    static std::int64_t square_bytes(std::int64_t width)
    {
        return width * round_up(width, C) * std::int64_t{sizeof(Real)};
    }

    static Vector load(const Real* p)
    {
        Vector v;
        __builtin_memcpy(&v, p, sizeof v);
        return v;
    }

    /// Rows (count, width) into panels of C columns: element k, c of one lies at k·C + c. What is behind the last
    /// column is 0.
    template <class Element>
    static void pack_panels(const Element* rows, std::int64_t count, std::int64_t width, Real* panels)
    {
        for (std::int64_t j = 0; j < width; j += C, panels += count * C)
            for (std::int64_t k = 0; k < count; ++k) {
                const Element* row = rows + k * width + j;
                Real* packed = panels + k * C;
                if (j + C <= width)
                    for (int c = 0; c < C; ++c) packed[c] = static_cast<Real>(row[c]);
                else
                    for (int c = 0; c < C; ++c) packed[c] = j + c < width ? static_cast<Real>(row[c]) : 0;
            }
    }

    static void pack(const double* Q, std::int64_t width, void* packed)
    {
        pack_panels(Q, width, width, static_cast<Real*>(packed));
    }

    /// tile_rc = Σ_k left_kr right_kc; left has `stride` elements for each k, right C.
    struct Tile {
        Vector sums[R][3] = {};

        Tile(const Real* left, std::int64_t stride, const Real* right, std::int64_t count)
        {
            for (std::int64_t k = 0; k < count; ++k, left += stride, right += C) {
                const Vector columns[3] = {load(right), load(right + lanes), load(right + 2 * lanes)};
                for (int r = 0; r < R; ++r)
                    for (int v = 0; v < 3; ++v) sums[r][v] += left[r] * columns[v];
            }
        }
    };

    /// R rows, transposed: element a of row r at a·R + r. Rows behind the last are 0.
    static void transpose(const float* rows, std::int64_t count, std::int64_t width, Real* transposed)
    {
        std::int64_t a = 0;
        for (; a + R <= width; a += R) {
            HalfFloats block[R] = {};
            for (int r = 0; r < R && r < count; ++r) __builtin_memcpy(&block[r], rows + r * width + a, sizeof block[r]);
            Lanes<R>::transpose(block);
            for (int i = 0; i < R; ++i) {
                const auto column = __builtin_convertvector(block[i], typename Registers<Real>::Column);
                __builtin_memcpy(transposed + (a + i) * R, &column, sizeof column);
            }
        }
        for (; a < width; ++a)
            for (int r = 0; r < R; ++r) transposed[a * R + r] = r < count ? static_cast<Real>(rows[r * width + a]) : 0;
    }

    static void rotate(const void* packed, std::int64_t width, std::int64_t count, void* workspace, float* rows)
    {
        Real* const transposed = static_cast<Real*>(workspace);
        const Real* const right = static_cast<const Real*>(packed);
        for (std::int64_t first = 0; first < count; first += R)
            transpose(rows + first * width, count - first, width, transposed + first * width);
        for (std::int64_t j = 0; j < width; j += C)
            for (std::int64_t first = 0; first < count; first += R) {
                const Tile tile(transposed + first * width, R, right + j * width, width);
                for (int r = 0; r < least(R, count - first); ++r)
                    write(tile.sums[r], least(C, width - j), rows + (first + r) * width + j);
            }
    }

    static void write(const Vector (&sums)[3], std::int64_t wanted, float* row)
    {
        float rounded[C];
        for (int v = 0; v < 3; ++v) {
            const auto part = __builtin_convertvector(sums[v], typename Registers<Real>::Rounded);
            __builtin_memcpy(rounded + v * lanes, &part, sizeof part);
        }
        if (wanted == C)
            __builtin_memcpy(row, rounded, sizeof rounded);
        else
            for (std::int64_t c = 0; c < wanted; ++c) row[c] = rounded[c];
    }

    static void add_gramian(const float* rows, std::int64_t count, std::int64_t width, double quantum, void* workspace,
                            std::int64_t* limbs)
    {
        Real* const panels = static_cast<Real*>(workspace);
        pack_panels(rows, count, width, panels);
        Limbs sum(limbs, width, quantum);
        for (std::int64_t i = 0; i < width; i += R) {
            const Real* left = panels + i / C * C * count + i % C;
            for (std::int64_t j = 0; j < i + R; j += C) {
                const Tile tile(left, C, panels + j * count, count);
                for (std::int64_t a = i; a < least(width, i + R); ++a)
                    if (a >= j) add_terms(tile.sums[a - i], a, j, sum);
            }
        }
    }

    static void add_terms(const Vector (&sums)[3], std::int64_t a, std::int64_t b, Limbs& sum)
    {
        Doubles terms[C / R];
        for (int t = 0; t < C / R; ++t) {
            typename Registers<Real>::Column part;
            __builtin_memcpy(&part, reinterpret_cast<const Real*>(sums) + t * R, sizeof part);
            terms[t] = __builtin_convertvector(part, Doubles);
        }
        sum.add(terms, a, b, least(C, a + 1 - b));
    }
};

}  // namespace

BasisKernel basis_kernel(Precision precision)
{
    return precision == Precision::bf16 ? Basis<float>::kernel() : Basis<double>::kernel();
}

}  // namespace alster::ALSTER_ISA
