#pragma once
#include <cmath>

#include "kernels/cpu/isa/rows/entry_block.hpp"
#include "kernels/pivots.hpp"

namespace alster::ALSTER_ISA {

/// Some steps of conjugate gradients towards A x = b, A = D + Σ c y yᵀ, b = Σ c p y, from the x that is there; with the
/// diagonal of A for a preconditioner (Hestenes and Stiefel 1952; Saad, Iterative Methods, algorithm 9.1). A is not
/// formed: a step reads the row's neighbours once, 4 n w flop. No step raises the row's part of the objective.
template <int L, class Element>
class CgRow {
    using T = Tiles<L>;
    using Vector = typename T::Vector;
    using Block = EntryBlock<L, Element>;

public:
    static std::int64_t workspace(std::int64_t width, std::int64_t entries)
    {
        return 7 * round_up(width, L) + 3 * round_up(entries, L);
    }

    static RowResult solve(const RowContext& context, const RowToSolve& task, float* memory, float* x)
    {
        CgRow row(context, task, memory);
        row.begin(x);
        if (row.is_stiff() || !row.descend(context.cg_steps)) return {0, 0, false, false};
        Block::Order::leave(row.x_, dimensions(context));
        for (std::int64_t a = 0; a < context.width; ++a) x[a] = row.x_[a];
        return {row.residual(), penalty(context, task, x), false, true, true};
    }

private:
    CgRow(const RowContext& context, const RowToSolve& task, float* memory)
        : context_(context),
          task_(task),
          padded_(round_up(context.width, L)),
          x_(memory),
          diagonal_(x_ + padded_),
          inverse_(diagonal_ + padded_),
          gradient_(inverse_ + padded_),
          direction_(gradient_ + padded_),
          product_(direction_ + padded_),
          part_(product_ + padded_),
          errors_(part_ + padded_),
          scores_(errors_ + round_up(task.n, L)),
          confidences_(scores_ + round_up(task.n, L))
    {
        for (std::int64_t k = 0; k < task.n; ++k) confidences_[k] = task.confidences ? task.confidences[k] : 1.0F;
        for (std::int64_t k = task.n; k < round_up(task.n, L); ++k) confidences_[k] = 0;
    }

    /// The gradient r = b − A x, and the diagonal of A.
    void begin(const float* x)
    {
        for (std::int64_t a = 0; a < padded_; ++a) {
            const bool real = a < context_.width;
            x_[a] = real ? x[a] : 0;
            diagonal_[a] = real ? base(context_, task_, a) : 1;
        }
        Block::Order::enter(x_, dimensions(context_));
        Block::Order::enter(diagonal_, dimensions(context_));
        for (std::int64_t a = 0; a < padded_; ++a) {
            inverse_[a] = diagonal_[a];
            gradient_[a] = -diagonal_[a] * x_[a];
        }
        sum_in_parts(gradient_, [&](std::int64_t first) {
            const Block block(context_, task_, first);
            block.template score<false>(x_, scores_ + first);
            float goals[L];
            for (int i = 0; i < L; ++i) {
                const std::int64_t k = least(first + i, task_.n - 1);
                goals[i] = target(context_, task_, k, block.row(i));
            }
            Vector goal;
            __builtin_memcpy(&goal, goals, sizeof goal);
            T::store(errors_ + first, goal - T::load(scores_ + first));
            float terms[L];
            const Vector term = T::load(confidences_ + first) * T::load(errors_ + first);
            __builtin_memcpy(terms, &term, sizeof term);
            block.add_with_squares(terms, confidences_ + first, part_, inverse_);
        });
        for (std::int64_t a = 0; a < padded_; ++a) inverse_[a] = 1 / inverse_[a];
    }

    /// Whether a few steps cannot come near the solution. D is then a small share of the diagonal of A, and what else
    /// might hold A up does not: confidences differ much, or there are too few entries to span all factors.
    [[nodiscard]] bool is_stiff() const
    {
        float share = 1;
        for (std::int64_t a = 0; a < padded_; ++a) {
            const float of_a = diagonal_[a] * inverse_[a];
            share = of_a < share ? of_a : share;
        }
        if (share >= least_pivot_share) return false;
        float highest = 0;
        for (std::int64_t k = 0; k < task_.n; ++k) highest = confidences_[k] > highest ? confidences_[k] : highest;
        float lowest = highest;
        for (std::int64_t k = 0; k < task_.n; ++k)
            if (confidences_[k] > 0 && confidences_[k] < lowest) lowest = confidences_[k];
        const bool few = task_.n < 2 * context_.width && share < least_pivot_share * least_pivot_share;
        constexpr float spread = 1 << 12;
        return few || highest > spread * lowest;
    }

    /// False where a number came up that is none: x is of no use then.
    [[nodiscard]] bool descend(int steps)
    {
        for (std::int64_t a = 0; a < padded_; ++a) direction_[a] = inverse_[a] * gradient_[a];
        float square = dot(gradient_, direction_);
        for (int step = 0; step < steps && square > 0; ++step) {
            const bool last = step + 1 == steps;
            const float length = square / (last ? multiply<false>() : multiply<true>());
            axpy(length, direction_, x_, padded_);
            axpy(-length, scores_, errors_, round_up(task_.n, L));
            if (last) break;
            axpy(-length, product_, gradient_, padded_);
            for (std::int64_t a = 0; a < padded_; ++a) product_[a] = inverse_[a] * gradient_[a];
            const float next = dot(gradient_, product_);
            const float keep = next / square;
            for (std::int64_t a = 0; a < padded_; ++a) direction_[a] = product_[a] + keep * direction_[a];
            square = next;
        }
        return square >= 0 && std::isfinite(square);  // x itself is looked at with its penalty
    }

    /// What the direction scores and, where it is needed, product = A direction. Returns directionᵀ A direction as a
    /// sum of what cannot be negative, which a scalar product with the product is not.
    template <bool with_product>
    [[nodiscard]] float multiply()
    {
        for (std::int64_t a = 0; a < padded_; ++a) product_[a] = diagonal_[a] * direction_[a];
        Vector squares = {};
        constexpr std::int64_t near_bytes = std::int64_t{512} << 10;  // stay in the second-level cache
        const bool far = task_.n * context_.width * static_cast<std::int64_t>(sizeof(Element)) > near_bytes;
        const float curvature = dot(product_, direction_);
        sum_in_parts(product_, [&](std::int64_t first) {
            const Block block(context_, task_, first, far);
            block.template score<!with_product>(direction_, scores_ + first);
            const Vector score = T::load(scores_ + first);
            const Vector term = T::load(confidences_ + first) * score;
            squares += term * score;
            if constexpr (!with_product) return;
            float terms[L];
            __builtin_memcpy(terms, &term, sizeof term);
            block.add(terms, part_);
        });
        return curvature + sum_of_lanes(squares);
    }

    /// Runs f(first) for each L entries, which adds to part_; the parts are added to `sum`: so that no term of a long
    /// row meets a sum so much larger that it is lost.
    template <class F>
    void sum_in_parts(float* sum, F f)
    {
        constexpr std::int64_t part_entries = 8192;
        for (std::int64_t begin = 0; begin < task_.n; begin += part_entries) {
            for (std::int64_t a = 0; a < padded_; ++a) part_[a] = 0;
            for (std::int64_t first = begin; first < least(task_.n, begin + part_entries); first += L) f(first);
            axpy(1, part_, sum, padded_);
        }
    }

    /// Σ c (p − x·y)²: the errors followed x.
    [[nodiscard]] double residual() const
    {
        double sums[4] = {};  // or each add would wait for the one before
        for (std::int64_t k = 0; k < round_up(task_.n, L); k += 4)
            for (int i = 0; i < 4; ++i)
                sums[i] += static_cast<double>(confidences_[k + i]) * errors_[k + i] * errors_[k + i];
        return (sums[0] + sums[1]) + (sums[2] + sums[3]);
    }

    [[nodiscard]] float dot(const float* left, const float* right) const
    {
        Vector sum = {};
        for (std::int64_t a = 0; a < padded_; a += L) sum += T::load(left + a) * T::load(right + a);
        return sum_of_lanes(sum);
    }

    static float sum_of_lanes(const Vector& v)
    {
        float lanes[L];
        __builtin_memcpy(lanes, &v, sizeof lanes);
        float all = 0;
        for (const float lane : lanes) all += lane;
        return all;
    }

    /// y += a x, `count` a multiple of L.
    static void axpy(float a, const float* x, float* y, std::int64_t count)
    {
        for (std::int64_t k = 0; k < count; k += L) T::store(y + k, T::load(y + k) + a * T::load(x + k));
    }

    const RowContext& context_;
    const RowToSolve& task_;
    std::int64_t padded_;  // floats of the vectors of factors below, which are in TableOrder
    float* x_;
    float* diagonal_;  // D
    float* inverse_;   // of the diagonal of A
    float* gradient_;  // r = b − A x, half the negative gradient
    float* direction_;
    float* product_;
    float* part_;         // of a sum over entries
    float* errors_;       // (n) p − x·y
    float* scores_;       // (n) direction·y
    float* confidences_;  // (n) c, 0 behind the row's last
};

}  // namespace alster::ALSTER_ISA
