#pragma once
#include <cmath>
#include <type_traits>

#include "kernels/cpu/isa/row_solver.hpp"
#include "kernels/cpu/isa/tiles.hpp"

namespace alster::ALSTER_ISA {

/// Entries of a row that are gathered at a time. In the primal form they pay for moving the tiles of A in and out of
/// registers (measured: 128 are 5 % faster than 32, more bring nothing).
constexpr std::int64_t panel_rows = 128;

/// Of the table, that stay in the second-level cache while a row is solved.
constexpr std::int64_t near_bytes = std::int64_t{512} << 10;

/// A row of the table, as fp32 or as bf16 (the upper half of an fp32).
template <class Element>
const Element* table_row(const RowContext& context, std::int64_t column)
{
    const std::int64_t offset = column * context.width;
    if constexpr (std::is_same_v<Element, float>)
        return context.table + offset;
    else
        return context.rounded + offset;
}

inline float widen(float element) { return element; }
inline float widen(std::uint16_t element) { return __builtin_bit_cast(float, std::uint32_t{element} << 16); }

/// L elements of a row of the table, which are not aligned.
template <int L>
typename Lanes<L>::Vector load_row(const float* y)
{
    typename Lanes<L>::Vector v;
    __builtin_memcpy(&v, y, sizeof v);
    return v;
}
template <int L>
typename Lanes<L>::Vector load_row(const std::uint16_t* y)
{
    if constexpr (L == 16) {  // of the conversion below GCC 12 makes five instructions for so many
        typename Lanes<L>::Pairs pairs;
        __builtin_memcpy(&pairs, y, sizeof pairs);
        return Lanes<L>::upper_halves(pairs);
    }
    typename Lanes<L>::Shorts v;
    __builtin_memcpy(&v, y, sizeof v);
    return reinterpret_cast<typename Lanes<L>::Vector>(__builtin_convertvector(v, typename Lanes<L>::Words) << 16);
}

/// The order in which whole registers of table elements hold the factors. fp32 lie as they are. Of bf16, 2L elements
/// are L words of two neighbours: a shift and a mask make two vectors of them, of the even factors and of the odd ones,
/// where putting neighbours into one vector would cost a permutation. What is less than 2L at the end lies as it is.
template <int L, class Element>
struct TableOrder {
    using Vector = typename Lanes<L>::Vector;
    using Words = typename Lanes<L>::Words;

    static constexpr int vectors = sizeof(float) / sizeof(Element);  // in a register of elements
    static constexpr std::int64_t strip = vectors * L;

    /// `count` vectors of the elements at y: 1 of L neighbours or all of a register.
    template <int count>
    static void load(const Element* y, Vector (&v)[count])
    {
        if constexpr (count == 1) {
            v[0] = load_row<L>(y);
        } else {
            Words words;
            __builtin_memcpy(&words, y, sizeof words);
            v[0] = reinterpret_cast<Vector>(words << 16);
            v[1] = reinterpret_cast<Vector>(words & 0xffff0000U);
        }
    }

    /// Brings a vector over the factors into this order.
    static void enter(float* v, std::int64_t dimensions)
    {
        if constexpr (vectors > 1)
            each_strip(v, dimensions, [](const float* from, float* to, int i) { to[i % 2 * L + i / 2] = from[i]; });
    }

    /// Brings it back.
    static void leave(float* v, std::int64_t dimensions)
    {
        if constexpr (vectors > 1)
            each_strip(v, dimensions, [](const float* from, float* to, int i) { to[i] = from[i % 2 * L + i / 2]; });
    }

private:
    template <class F>
    static void each_strip(float* v, std::int64_t dimensions, F move)
    {
        for (std::int64_t a = 0; a + strip <= dimensions; a += strip) {
            float before[strip];
            __builtin_memcpy(before, v + a, sizeof before);
            for (int i = 0; i < strip; ++i) move(before, v + a, i);
        }
    }
};

/// To the nearest bf16, ties to even, as the upper half of an fp32.
template <class Vector>
Vector nearest_bf16(Vector v)
{
    using Words = typename Lanes<sizeof(Vector) / sizeof(float)>::Words;
    const Words bits = reinterpret_cast<Words>(v);
    return reinterpret_cast<Vector>((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000U);
}

/// The last elements of a row of the table, zeros behind them; a bias of the fixed row acts as 1.
template <int L, class Element>
[[gnu::noinline]] typename Lanes<L>::Vector load_edge(const RowContext& context, const Element* y, std::int64_t a)
{
    const std::int64_t last = context.width - 1;
    float elements[L] = {};
    for (std::int64_t i = 0; i < L && a + i <= last; ++i) elements[i] = widen(y[a + i]);
    if (context.biased && a <= last && last < a + L) elements[last - a] = 1;
    typename Lanes<L>::Vector v;
    __builtin_memcpy(&v, elements, sizeof v);
    return v;
}

/// Elements a … a + L of a row of the table, as above.
template <int L, class Element>
typename Lanes<L>::Vector load_strip(const RowContext& context, const Element* y, std::int64_t a)
{
    if (a + L + context.biased <= context.width) return load_row<L>(y + a);
    return load_edge<L>(context, y, a);
}

/// Asks for a row of the table, to the second-level cache (the first is full of the panel and the tiles).
template <class Element>
void prefetch(const RowContext& context, std::int64_t column)
{
    const auto* row = table_row<Element>(context, column);
    constexpr std::int64_t line = 64 / sizeof(Element);
    for (std::int64_t a = 0; a < context.width; a += line) __builtin_prefetch(row + a, 0, 2);
}

/// Rows of the table are anywhere in memory: those that are gathered next are asked for while there is something to
/// compute, some at each of so many calls.
template <class Element>
class Ahead {
public:
    Ahead(const RowContext& context, const std::int32_t* columns, std::int64_t count, std::int64_t calls)
        : context_(context), columns_(columns), count_(count), each_((count + calls - 1) / calls)
    {
    }

    void operator()()
    {
        for (std::int64_t k = 0; k < each_ && next_ < count_; ++k) prefetch<Element>(context_, columns_[next_++]);
    }

private:
    const RowContext& context_;
    const std::int32_t* columns_;
    std::int64_t count_;
    std::int64_t each_;
    std::int64_t next_ = 0;
};

/// √c of entry k
inline float root_confidence(const RowToSolve& task, std::int64_t k)
{
    return task.confidences ? std::sqrt(task.confidences[k]) : 1.0F;
}

/// What x·y shall reach: p, less the fixed row's own bias where there are biases.
template <class Element>
float target(const RowContext& context, const RowToSolve& task, std::int64_t k, const Element* row)
{
    const float p = task.preferences ? task.preferences[k] : 1.0F;
    return context.biased ? p - widen(row[context.width - 1]) : p;
}

/// Σ λ_u x²
inline double penalty(const RowContext& context, const RowToSolve& task, const float* x)
{
    const std::int64_t last = context.width - 1;
    double sums[8] = {};  // or each add would wait for the one before
    std::int64_t a = 0;
    for (; a + 8 <= last; a += 8)
        for (int i = 0; i < 8; ++i) sums[i] += static_cast<double>(x[a + i]) * x[a + i];
    for (; a < last; ++a) sums[0] += static_cast<double>(x[a]) * x[a];
    const double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    const double bias = static_cast<double>(x[last]) * x[last];
    return task.lambda * sum + (context.biased ? task.bias_lambda : task.lambda) * bias;
}

/// The diagonal base_a + λ_u of the row's base matrix.
inline float base(const RowContext& context, const RowToSolve& task, std::int64_t a)
{
    const bool bias = context.biased && a == context.width - 1;
    return static_cast<float>(context.base[a] + (bias ? task.bias_lambda : task.lambda));
}

/// D^-½, padded with zeros.
template <int L>
void inverse_roots(const RowContext& context, const RowToSolve& task, float* roots, std::int64_t padded)
{
    for (std::int64_t a = 0; a < context.width; ++a) roots[a] = static_cast<float>(context.base[a] + task.lambda);
    if (context.biased) roots[context.width - 1] = base(context, task, context.width - 1);
    for (std::int64_t a = context.width; a < padded; ++a) roots[a] = 1;
    for (std::int64_t a = 0; a < padded; a += L) {
        typename Tiles<L>::Vector v = Tiles<L>::load(roots + a);
        for (int i = 0; i < L; ++i) v[i] = std::sqrt(v[i]);
        Tiles<L>::store(roots + a, 1 / v);
    }
    for (std::int64_t a = context.width; a < padded; ++a) roots[a] = 0;
}

}  // namespace alster::ALSTER_ISA
