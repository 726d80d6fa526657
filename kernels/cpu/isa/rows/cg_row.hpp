#pragma once
#include <cmath>

#include "kernels/cpu/isa/rows/entry_block.hpp"
#include "kernels/pivots.hpp"

namespace alster::ALSTER_ISA {

/// Steps of conjugate gradients towards A x = b, A = D + Σ c y yᵀ, b = Σ c p y; with the diagonal of A for a
/// preconditioner (Hestenes and Stiefel 1952; Saad, Iterative Methods, algorithm 9.1). A is not formed: a step reads the
/// row's neighbours once, 4 n w flop. No step raises the row's part of the objective.
template <int L, class Element>
class CgRow {
    static constexpr float least_share = 1.0F / 3;  // of D in the diagonal of A
    static constexpr float least_mean_share = 0.75F;

    using T = Tiles<L>;
    using Vector = typename T::Vector;
    using Block = EntryBlock<L, Element>;

public:
    static std::int64_t workspace(std::int64_t width, std::int64_t entries)
    {
        return 7 * round_up(width, L) + 3 * round_up(entries, L);
    }

    /// A given number of steps from the x that is there.
    static RowResult step(const RowContext& context, const RowToSolve& task, float* memory, float* x)
    {
        CgRow row(context, task, memory);
        row.begin(x);
        if (row.is_stiff() || !row.descend(context.cg_steps)) return {0, 0, false, false};
        return row.finish(x);
    }

    /// The solution, from x = 0, so that nothing but the row decides it: until the gradient r, in the norm of M⁻¹ where M
    /// is the diagonal of A, is 2⁻²² of what it was. Where D has a share s in M everywhere, A is at least s M, and so the
    /// error of x in the norm of M at most ‖r‖ / s: a row is only tried where s is a third, which the principal basis
    /// makes ordinary (a bias, whose sum is the row's number of entries, is not looked at). Not solved where that share is
    /// less, or more than `most_steps` are needed.
    static RowResult converge(const RowContext& context, const RowToSolve& task, int most_steps, float* memory,
                              float* x)
    {
        CgRow row(context, task, memory);
        if (!row.begin_at_zero() || !row.descend_to_the_end(most_steps)) return {0, 0, false, false};
        return row.finish(x);
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

    RowResult finish(float* x)
    {
        Block::Order::leave(x_, dimensions(context_));
        for (std::int64_t a = 0; a < context_.width; ++a) x[a] = x_[a];
        return {residual(), penalty(context_, task_, x), false, true, true};
    }

    /// D, which the sum for the diagonal of A begins with.
    void set_diagonal()
    {
        for (std::int64_t a = 0; a < padded_; ++a) diagonal_[a] = a < context_.width ? base(context_, task_, a) : 1;
        Block::Order::enter(diagonal_, dimensions(context_));
        for (std::int64_t a = 0; a < padded_; ++a) inverse_[a] = diagonal_[a];
    }

    /// The gradient r = b − A x, and the diagonal of A.
    void begin(const float* x)
    {
        set_diagonal();
        for (std::int64_t a = 0; a < padded_; ++a) x_[a] = a < context_.width ? x[a] : 0;
        Block::Order::enter(x_, dimensions(context_));
        for (std::int64_t a = 0; a < padded_; ++a) gradient_[a] = -diagonal_[a] * x_[a];
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

    /// begin() at 0, whose errors are the targets. False where the share of D is too small.
    [[nodiscard]] bool begin_at_zero()
    {
        set_diagonal();
        for (std::int64_t a = 0; a < padded_; ++a) x_[a] = gradient_[a] = 0;
        bool hopeless = false;
        sum_in_parts(gradient_, [&](std::int64_t first) {
            if (hopeless) return;
            const Block block(context_, task_, first);
            float terms[L];
            for (int i = 0; i < L; ++i) {
                const std::int64_t k = least(first + i, task_.n - 1);
                errors_[first + i] = target(context_, task_, k, block.row(i));
                terms[i] = confidences_[first + i] * errors_[first + i];
            }
            block.add_with_squares(terms, confidences_ + first, part_, inverse_);
            // most rows that are in vain are told by their first entries
            if (first == 0)
                hopeless = has_small_base(static_cast<float>(task_.n) / L, 0.5F * least_share, 0.9F * least_mean_share);
        });
        if (hopeless || has_small_base(1, least_share, least_mean_share)) return false;
        for (std::int64_t a = 0; a < padded_; ++a) inverse_[a] = 1 / inverse_[a];
        return true;
    }

    /// Whether D has too small a share in its sum with `times` the sums so far, but for the bias: in one factor, or in the
    /// mean, which says how many steps are needed.
    [[nodiscard]] bool has_small_base(float times, float in_one, float in_the_mean)
    {
        float* shares = product_;  // which is computed later
        for (std::int64_t a = 0; a < padded_; a += L) {
            const Vector d = T::load(diagonal_ + a);
            T::store(shares + a, d / (d + times * (T::load(inverse_ + a) - d)));
        }
        if (context_.biased) shares[context_.width - 1] = 1;
        Vector lowest = T::load(shares);
        Vector sum = {};
        for (std::int64_t a = 0; a < padded_; a += L) {
            const Vector some = T::load(shares + a);
            lowest = some < lowest ? some : lowest;
            sum += some;
        }
        float lanes[L];
        __builtin_memcpy(lanes, &lowest, sizeof lanes);
        float least_one = lanes[0];
        for (const float lane : lanes) least_one = lane < least_one ? lane : least_one;
        const auto behind = static_cast<float>(padded_ - context_.width);  // whose shares are 1
        const float mean = (sum_of_lanes(sum) - behind) / static_cast<float>(context_.width);
        return least_one < in_one || mean < in_the_mean;
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
        float square = first_direction();
        for (int step = 0; step < steps && square > 0; ++step) {
            const bool last = step + 1 == steps;
            const float length = square / (last ? multiply<false>() : multiply<true>());
            move(length);
            if (!last) square = next_direction(length, square);
        }
        return square >= 0 && std::isfinite(square);  // x itself is looked at with its penalty
    }

    /// False where it takes too many steps, which is told from the third one on by what the steps have gained.
    [[nodiscard]] bool descend_to_the_end(int most_steps)
    {
        constexpr int bits = 44;  // of the gradient's square
        const float first = first_direction();
        float square = first;
        for (int step = 1; square > 0; ++step) {
            const float length = square / multiply<true>();
            move(length);
            square = next_direction(length, square);
            const int gained = exponent(first) - exponent(square);
            if (gained > bits) return true;
            if (step >= 3 && bits * step > most_steps * gained) return false;
        }
        return square == 0;
    }

    /// The preconditioned gradient. Returns the gradient's square in the preconditioner's norm.
    float first_direction()
    {
        for (std::int64_t a = 0; a < padded_; ++a) direction_[a] = inverse_[a] * gradient_[a];
        return dot(gradient_, direction_);
    }

    void move(float length)
    {
        axpy(length, direction_, x_, padded_);
        axpy(-length, scores_, errors_, round_up(task_.n, L));
    }

    /// After a move by `length`, of a direction whose product is there; `square`: of the gradient before. Returns that of
    /// the gradient now.
    float next_direction(float length, float square)
    {
        axpy(-length, product_, gradient_, padded_);
        for (std::int64_t a = 0; a < padded_; ++a) product_[a] = inverse_[a] * gradient_[a];
        const float next = dot(gradient_, product_);
        const float keep = next / square;
        for (std::int64_t a = 0; a < padded_; ++a) direction_[a] = product_[a] + keep * direction_[a];
        return next;
    }

    /// Of a number that is not negative; of any other, and of NaN, it is high.
    static int exponent(float value) { return static_cast<int>(__builtin_bit_cast(std::uint32_t, value) >> 23); }

    /// What the direction scores and, where it is needed, product = A direction. Returns directionᵀ A direction as a
    /// sum of what cannot be negative, which a scalar product with the product is not.
    template <bool with_product>
    [[nodiscard]] float multiply()
    {
        for (std::int64_t a = 0; a < padded_; ++a) product_[a] = diagonal_[a] * direction_[a];
        Vector squares = {};
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
