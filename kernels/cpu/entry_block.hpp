#pragma once
#include "kernels/cpu/gather.hpp"

namespace alster::ALSTER_ISA {

/// L entries of a row, with what they name of the table: read where they lie, by loops over the factors that touch all
/// L at once. Those behind the row's last repeat it; they are of no meaning.
template <int L, class Element>
class EntryBlock {
public:
    using T = Tiles<L>;
    using Vector = typename T::Vector;

    /// Entries first … first + L. Those behind are asked for, where they are `far` away, in memory or the last cache.
    EntryBlock(const RowContext& context, const RowTask& task, std::int64_t first, bool far = true)
        : dimensions_(context.biased ? context.width - 1 : context.width), biased_(context.biased)
    {
        for (int i = 0; i < L; ++i) {
            if (far) prefetch<Element>(context, task.columns[least(first + L + i, task.n - 1)]);
            rows_[i] = table_row<Element>(context, task.columns[least(first + i, task.n - 1)]);
        }
    }

    [[nodiscard]] const Element* row(int i) const { return rows_[i]; }

    /// x·y of each, where a bias of the fixed row counts as 1.
    void score(const float* x, float* scores) const
    {
        Vector lanes[L] = {};
        std::int64_t a = 0;
        for (; a + L <= dimensions_; a += L)
            for (int i = 0; i < L; ++i) lanes[i] += load_row<L>(rows_[i] + a) * T::load(x + a);
        const Vector sums = Lanes<L>::sums(lanes);
        __builtin_memcpy(scores, &sums, sizeof sums);
        for (; a < dimensions_; ++a)
            for (int i = 0; i < L; ++i) scores[i] += widen(rows_[i][a]) * x[a];
        if (!biased_) return;
        for (int i = 0; i < L; ++i) scores[i] += x[dimensions_];
    }

    /// v += Σ_i weights_i y_i
    void add(const float* weights, float* v) const
    {
        std::int64_t a = 0;
        for (; a + L <= dimensions_; a += L) {
            Vector even = T::load(v + a);
            Vector odd = {};
            for (int i = 0; i < L; i += 2) {
                even += load_row<L>(rows_[i] + a) * weights[i];
                odd += load_row<L>(rows_[i + 1] + a) * weights[i + 1];
            }
            T::store(v + a, even + odd);
        }
        for (; a < dimensions_; ++a)
            for (int i = 0; i < L; ++i) v[a] += widen(rows_[i][a]) * weights[i];
        if (!biased_) return;
        for (int i = 0; i < L; ++i) v[dimensions_] += weights[i];
    }

    /// add(), and squares += Σ_i confidences_i y_i², element by element.
    void add_with_squares(const float* weights, const float* confidences, float* v, float* squares) const
    {
        std::int64_t a = 0;
        for (; a + L <= dimensions_; a += L) {
            Vector sum = T::load(v + a);
            Vector square = T::load(squares + a);
            for (int i = 0; i < L; ++i) {
                const Vector y = load_row<L>(rows_[i] + a);
                sum += y * weights[i];
                square += y * y * confidences[i];
            }
            T::store(v + a, sum);
            T::store(squares + a, square);
        }
        for (; a < dimensions_; ++a)
            for (int i = 0; i < L; ++i) {
                const float y = widen(rows_[i][a]);
                v[a] += y * weights[i];
                squares[a] += y * y * confidences[i];
            }
        if (!biased_) return;
        for (int i = 0; i < L; ++i) v[dimensions_] += weights[i];
        for (int i = 0; i < L; ++i) squares[dimensions_] += confidences[i];
    }

private:
    const Element* rows_[L];
    std::int64_t dimensions_;
    bool biased_;
};

/// Σ c (p − x·y)², x aligned and padded to L; `far`: the rows of the table are read for the first time.
template <int L, class Element>
double row_residual(const RowContext& context, const RowTask& task, const float* x, bool far)
{
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
