#pragma once
#include "kernels/cpu/isa/rows/table_rows.hpp"

namespace alster::ALSTER_ISA {

/// Factors of a row that the table has, and which of them the vectors of an EntryBlock hold in TableOrder: not the
/// bias.
inline std::int64_t dimensions(const RowContext& context) { return context.biased ? context.width - 1 : context.width; }

/// L entries of a row, with what they name of the table: read where they lie, by loops over the factors that touch all
/// L at once. Those behind the row's last repeat it; they are of no meaning. Vectors over the factors are in
/// TableOrder.
template <int L, class Element>
class EntryBlock {
public:
    using T = Tiles<L>;
    using Order = TableOrder<L, Element>;
    using Vector = typename T::Vector;

    /// Entries first … first + L. Those behind, or the first of the next row, are asked for while these are computed
    /// with, a line of each at a time; those of this row only where they are `far`, in memory or the last cache.
    EntryBlock(const RowContext& context, const RowToSolve& task, std::int64_t first, bool far = true)
        : dimensions_(dimensions(context)), biased_(context.biased)
    {
        const bool last = first + L >= task.n;
        const std::int32_t* behind = last ? task.next_columns : task.columns + first + L;
        const std::int64_t count = last ? task.next_n : task.n - first - L;
        asks_ = count > 0 && (far || last);
        for (int i = 0; i < L; ++i) {
            rows_[i] = table_row<Element>(context, task.columns[least(first + i, task.n - 1)]);
            if (asks_) next_[i] = table_row<Element>(context, behind[least(i, count - 1)]);
        }
    }

    [[nodiscard]] const Element* row(int i) const { return rows_[i]; }

    /// x·y of each, where a bias of the fixed row counts as 1. `asks`: for the entries behind.
    template <bool asks = true>
    void score(const float* x, float* scores) const
    {
        Vector lanes[L] = {};
        std::int64_t a = each_strip([&](auto count, std::int64_t strip) {
            if (asks) ask(strip);
            Vector factors[count];
            for (int v = 0; v < count; ++v) factors[v] = T::load(x + strip + v * L);
            for (int i = 0; i < L; ++i) {
                Vector y[count];
                Order::load(rows_[i] + strip, y);
                for (int v = 0; v < count; ++v) lanes[i] += y[v] * factors[v];
            }
        });
        const Vector sums = Lanes<L>::sums(lanes);
        __builtin_memcpy(scores, &sums, sizeof sums);
        for (; a < dimensions_; ++a)
            for (int i = 0; i < L; ++i) scores[i] += widen(rows_[i][a]) * x[a];
        if (!biased_) return;
        for (int i = 0; i < L; ++i) scores[i] += x[dimensions_];
    }

    /// sum += Σ_i weights_i y_i
    void add(const float* weights, float* sum) const
    {
        std::int64_t a = each_strip([&](auto count, std::int64_t strip) {
            ask(strip);
            Vector even[count];
            Vector odd[count] = {};
            for (int v = 0; v < count; ++v) even[v] = T::load(sum + strip + v * L);
            for (int i = 0; i < L; i += 2) {
                Vector y[count];
                Order::load(rows_[i] + strip, y);
                for (int v = 0; v < count; ++v) even[v] += y[v] * weights[i];
                Order::load(rows_[i + 1] + strip, y);
                for (int v = 0; v < count; ++v) odd[v] += y[v] * weights[i + 1];
            }
            for (int v = 0; v < count; ++v) T::store(sum + strip + v * L, even[v] + odd[v]);
        });
        for (; a < dimensions_; ++a)
            for (int i = 0; i < L; ++i) sum[a] += widen(rows_[i][a]) * weights[i];
        if (!biased_) return;
        for (int i = 0; i < L; ++i) sum[dimensions_] += weights[i];
    }

    /// add(), and squares += Σ_i confidences_i y_i², element by element.
    void add_with_squares(const float* weights, const float* confidences, float* sum, float* squares) const
    {
        std::int64_t a = each_strip([&](auto count, std::int64_t strip) {
            ask(strip);
            Vector sums[count];
            Vector square[count];
            for (int v = 0; v < count; ++v) {
                sums[v] = T::load(sum + strip + v * L);
                square[v] = T::load(squares + strip + v * L);
            }
            for (int i = 0; i < L; ++i) {
                Vector y[count];
                Order::load(rows_[i] + strip, y);
                for (int v = 0; v < count; ++v) {
                    sums[v] += y[v] * weights[i];
                    square[v] += y[v] * y[v] * confidences[i];
                }
            }
            for (int v = 0; v < count; ++v) {
                T::store(sum + strip + v * L, sums[v]);
                T::store(squares + strip + v * L, square[v]);
            }
        });
        for (; a < dimensions_; ++a)
            for (int i = 0; i < L; ++i) {
                const float y = widen(rows_[i][a]);
                sum[a] += y * weights[i];
                squares[a] += y * y * confidences[i];
            }
        if (!biased_) return;
        for (int i = 0; i < L; ++i) sum[dimensions_] += weights[i];
        for (int i = 0; i < L; ++i) squares[dimensions_] += confidences[i];
    }

private:
    /// Runs f(how many vectors, first factor) for whole registers of elements, then for what makes one vector. Returns
    /// the first factor behind.
    template <class F>
    std::int64_t each_strip(F f) const
    {
        std::int64_t a = 0;
        for (; a + Order::strip <= dimensions_; a += Order::strip) f(std::integral_constant<int, Order::vectors>{}, a);
        if constexpr (Order::vectors > 1)
            for (; a + L <= dimensions_; a += L) f(std::integral_constant<int, 1>{}, a);
        return a;
    }

    /// Asks for the line with factor a of each entry behind.
    void ask(std::int64_t a) const
    {
        constexpr std::int64_t line = 64 / sizeof(Element);
        if (!asks_ || a % line != 0) return;
        for (int i = 0; i < L; ++i) __builtin_prefetch(next_[i] + a, 0, 2);
    }

    const Element* rows_[L];
    const Element* next_[L];
    std::int64_t dimensions_;
    bool biased_;
    bool asks_;
};

/// Σ c (p − x·y)², x aligned, padded to L and turned to TableOrder; `far`: the rows of the table are read for the first
/// time.
template <int L, class Element>
double row_residual(const RowContext& context, const RowToSolve& task, float* x, bool far)
{
    TableOrder<L, Element>::enter(x, dimensions(context));
    double sum = 0;
    for (std::int64_t first = 0; first < task.n; first += L) {
        const EntryBlock<L, Element> block(context, task, first, far);
        float scores[L];
        block.score(x, scores);
        for (int k = 0; k < least(task.n - first, L); ++k) {
            const double error = static_cast<double>(target(context, task, first + k, block.row(k))) - scores[k];
            sum += (task.confidences ? task.confidences[first + k] : 1.0F) * error * error;
        }
    }
    return sum;
}

}  // namespace alster::ALSTER_ISA
