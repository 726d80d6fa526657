// Compiled once for each instruction set, as row_solver.cpp.
#include "kernels/cpu/basis_kernel.hpp"

#include "kernels/cpu/lanes.hpp"

namespace alster::ALSTER_ISA {

namespace {

constexpr int D = ALSTER_LANES / 2;  // doubles of a register
constexpr int C = 3 * D;             // columns of a panel; a tile is D×C and fills three quarters of the registers

typedef float Floats __attribute__((vector_size(D * sizeof(float))));
typedef double Doubles __attribute__((vector_size(D * sizeof(double))));
typedef std::int64_t Integers __attribute__((vector_size(D * sizeof(std::int64_t))));

Doubles load(const double* p)
{
    Doubles v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}
void store(double* p, Doubles v) { __builtin_memcpy(p, &v, sizeof v); }

constexpr std::int64_t round_up(std::int64_t n, std::int64_t to) { return (n + to - 1) / to * to; }
constexpr std::int64_t least(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

std::int64_t chunk(std::int64_t width) { return BasisKernel::chunk_rows * round_up(width, C); }
std::int64_t square(std::int64_t width) { return width * round_up(width, C); }

/// Rows (count, width) into panels of C columns: element k, c of one lies at k·C + c. What is behind the last column
/// is 0.
template <class Real>
void pack_panels(const Real* rows, std::int64_t count, std::int64_t width, double* panels)
{
    for (std::int64_t j = 0; j < width; j += C, panels += count * C)
        for (std::int64_t k = 0; k < count; ++k) {
            const Real* row = rows + k * width + j;
            double* packed = panels + k * C;
            if (j + C <= width)
                for (int c = 0; c < C; ++c) packed[c] = static_cast<double>(row[c]);
            else
                for (int c = 0; c < C; ++c) packed[c] = j + c < width ? static_cast<double>(row[c]) : 0;
        }
}

void pack(const double* Q, std::int64_t width, double* packed) { pack_panels(Q, width, width, packed); }

/// tile_rc = Σ_k left_kr right_kc; left has `stride` doubles for each k, right C.
struct Tile {
    Doubles sums[D][3] = {};

    Tile(const double* left, std::int64_t stride, const double* right, std::int64_t count)
    {
        for (std::int64_t k = 0; k < count; ++k, left += stride, right += C) {
            const Doubles columns[3] = {load(right), load(right + D), load(right + 2 * D)};
            for (int r = 0; r < D; ++r)
                for (int v = 0; v < 3; ++v) sums[r][v] += left[r] * columns[v];
        }
    }
};

/// D rows, transposed: element a of row r at a·D + r. Rows behind the last are 0.
void transpose(const float* rows, std::int64_t count, std::int64_t width, double* transposed)
{
    std::int64_t a = 0;
    for (; a + D <= width; a += D) {
        Floats block[D] = {};
        for (int r = 0; r < D && r < count; ++r) __builtin_memcpy(&block[r], rows + r * width + a, sizeof(Floats));
        Lanes<D>::transpose(block);
        for (int i = 0; i < D; ++i) store(transposed + (a + i) * D, __builtin_convertvector(block[i], Doubles));
    }
    for (; a < width; ++a)
        for (int r = 0; r < D; ++r) transposed[a * D + r] = r < count ? static_cast<double>(rows[r * width + a]) : 0;
}

void rotate(const double* packed, std::int64_t width, std::int64_t count, double* workspace, float* rows)
{
    for (std::int64_t first = 0; first < count; first += D)
        transpose(rows + first * width, count - first, width, workspace + first * width);
    for (std::int64_t j = 0; j < width; j += C)
        for (std::int64_t first = 0; first < count; first += D) {
            const Tile tile(workspace + first * width, D, packed + j * width, width);
            for (int r = 0; r < least(D, count - first); ++r) {
                float rounded[C];
                for (int v = 0; v < 3; ++v) {
                    const Floats part = __builtin_convertvector(tile.sums[r][v], Floats);
                    __builtin_memcpy(rounded + v * D, &part, sizeof part);
                }
                const std::int64_t wanted = least(C, width - j);
                float* row = rows + (first + r) * width + j;
                if (wanted == C)
                    __builtin_memcpy(row, rounded, sizeof rounded);
                else
                    for (std::int64_t c = 0; c < wanted; ++c) row[c] = rounded[c];
            }
        }
}

/// To the nearest, those between two integers away from 0; beyond 2^52, where doubles are integers, it may be one off.
Integers nearest(Doubles x)
{
    const Integers sign = reinterpret_cast<Integers>(x) & (std::int64_t{1} << 63);
    const Integers half = reinterpret_cast<Integers>(Doubles{} + 0.5);
    return __builtin_convertvector(x + reinterpret_cast<Doubles>(half | sign), Integers);
}

/// Splits terms as ExactSum does, and adds them where they belong.
class Limbs {
public:
    Limbs(std::int64_t* limbs, std::int64_t width, double quantum)
        : high_(limbs),
          low_(limbs + width * (width + 1) / 2),
          quantum_(quantum),
          inverse_(1 / quantum),
          low_scale_(inverse_ * static_cast<double>(std::int64_t{1} << BasisKernel::low_bits))
    {
    }

    /// `count` of the C terms, the first at `at`.
    void add(const Doubles (&terms)[3], std::int64_t at, std::int64_t count)
    {
        for (int v = 0; v < 3 && count > 0; ++v, at += D, count -= D) {
            const Integers high = nearest(terms[v] * inverse_);
            // exact: both are multiples of the last bit of the term; at most 1, for which 2^26 lows leave room
            const Doubles rest = terms[v] - __builtin_convertvector(high, Doubles) * quantum_;
            const Integers low = nearest(rest * low_scale_);
            add(high, high_ + at, count);
            add(low, low_ + at, count);
        }
    }

private:
    static void add(Integers part, std::int64_t* limbs, std::int64_t count)
    {
        if (count >= D) {
            Integers sum;
            __builtin_memcpy(&sum, limbs, sizeof sum);
            sum += part;
            __builtin_memcpy(limbs, &sum, sizeof sum);
        } else {
            for (int c = 0; c < count; ++c) limbs[c] += part[c];
        }
    }

    std::int64_t* high_;
    std::int64_t* low_;
    double quantum_;
    double inverse_;
    double low_scale_;
};

void add_gramian(const float* rows, std::int64_t count, std::int64_t width, double quantum, double* workspace,
                 std::int64_t* limbs)
{
    pack_panels(rows, count, width, workspace);
    Limbs sum(limbs, width, quantum);
    for (std::int64_t i = 0; i < width; i += D) {
        const double* left = workspace + i / C * C * count + i % C;
        for (std::int64_t j = 0; j < i + D; j += C) {
            const Tile tile(left, C, workspace + j * count, count);
            for (std::int64_t a = i; a < least(width, i + D); ++a)
                if (a >= j) sum.add(tile.sums[a - i], a * (a + 1) / 2 + j, least(C, a + 1 - j));
        }
    }
}

}  // namespace

BasisKernel basis_kernel() { return {chunk, square, pack, rotate, add_gramian}; }

}  // namespace alster::ALSTER_ISA
