#pragma once
#include "kernels/cpu/isa/cholesky.hpp"
#include "kernels/cpu/isa/matrix_unit/unit_product.hpp"
#include "kernels/cpu/isa/rows/entry_block.hpp"

namespace alster::ALSTER_ISA {

/// The dual form (DualRow) for a matrix unit, sums going over factors (UnitProduct): K = I + P Pᵀ with P rounded to
/// bf16. What is linear in P is computed from the table, and a step of iterative refinement makes up for K:
///   z = K⁻¹ r,  x = D⁻¹ Yᵀ √C z;  then the same of what is left, r − K z = r − z − √C Y x, is added.
template <class Unit>
class UnitDualRow {
    using Element = std::uint16_t;
    using Product = UnitProduct<Unit>;
    using T = Tiles<16>;
    using Vector = T::Vector;
    using Block = EntryBlock<16, Element>;

public:
    /// Fewer are solved sooner without the unit (measured, 64 to 256 factors).
    static constexpr std::int64_t least_entries = 33;

    static std::int64_t workspace(std::int64_t width, std::int64_t entries)
    {
        const std::int64_t n = round_up(entries, 16);
        return T::size(n / 16) + 2 * Product::size(n / 16) + 5 * n + 3 * round_up(width, Product::chunk_rows);
    }

    static RowResult solve(const RowContext& context, const RowToSolve& task, float* memory, float* x)
    {
        UnitDualRow row(context, task, memory);
        row.begin();
        row.add_products();
        if (!Cholesky<16>::factor(row.K_, row.pivots_, row.strips_)) return {0, 0, true, false};
        row.take_base();
        row.go_on();
        (void)row.take_errors();
        for (std::int64_t k = 0; k < row.n_; ++k) row.z_[k] = row.errors_[k] - row.z_[k];  // r − K z
        row.go_on();
        const double residual = row.take_errors();
        Block::Order::leave(row.x_, dimensions(context));
        for (std::int64_t a = 0; a < context.width; ++a) x[a] = row.x_[a];
        return {residual, penalty(context, task, x), true, true};
    }

private:
    UnitDualRow(const RowContext& context, const RowToSolve& task, float* memory)
        : context_(context),
          task_(task),
          n_(round_up(task.n, 16)),
          strips_(n_ / 16),
          padded_(round_up(context.width, Product::chunk_rows)),
          K_(memory),
          panel_(K_ + T::size(strips_)),
          r_(panel_ + 2 * Product::size(strips_)),
          z_(r_ + n_),
          errors_(z_ + n_),
          roots_(errors_ + n_),
          pivots_(roots_ + n_),
          inverse_(pivots_ + n_),
          x_(inverse_ + padded_),
          part_(x_ + padded_)
    {
    }

    void begin()
    {
        inverse_roots<16>(context_, task_, inverse_, padded_);
        for (std::int64_t k = 0; k < n_; ++k) {
            const std::int64_t entry = least(k, task_.n - 1);
            roots_[k] = k < task_.n ? root_confidence(task_, entry) : 0;
            r_[k] = roots_[k] * target(context_, task_, entry, table_row<Element>(context_, task_.columns[entry]));
            z_[k] = r_[k];
            pivots_[k] = 1;
        }
        T::set_diagonal(K_, pivots_, strips_);
    }

    /// K += P Pᵀ
    void add_products()
    {
        float* const right = panel_ + Product::size(strips_);
        const std::int64_t panels = (context_.width + Product::rows - 1) / Product::rows;
        Ahead<Element> ahead(context_, task_.next_columns, least(task_.next_n, panel_rows),
                             panels * Product::updates(strips_));
        for (std::int64_t first = 0; first < context_.width; first += Product::rows) {
            std::int64_t chunk = 0;
            for (; chunk < Product::chunks && first + chunk * Product::chunk_rows < context_.width; ++chunk)
                for (std::int64_t strip = 0; strip < strips_; ++strip)
                    gather(strip * 16, first + chunk * Product::chunk_rows, panel_ + Product::at(strip, chunk),
                           right + Product::at(strip, chunk));
            Product::rank_update(K_, panel_, right, chunk, strips_, [&] { ahead(); });
        }
    }

    /// Factors a … a + 32 of entries k … k + 16 of P; those behind the row's last are zero.
    void gather(std::int64_t k, std::int64_t a, float* left, float* right)
    {
        const Vector scales[2] = {T::load(inverse_ + a), T::load(inverse_ + a + 16)};
        Vector low[16];
        Vector high[16];
        for (int i = 0; i < 16; ++i) {
            const auto* y = table_row<Element>(context_, task_.columns[least(k + i, task_.n - 1)]);
            low[i] = nearest_bf16(load_strip<16>(context_, y, a) * (roots_[k + i] * scales[0]));
            high[i] = nearest_bf16(load_strip<16>(context_, y, a + 16) * (roots_[k + i] * scales[1]));
        }
        Product::put(low, high, left, right);
    }

    /// From D^-½ to D⁻¹, and x = 0, both in TableOrder from here on.
    void take_base()
    {
        for (std::int64_t a = 0; a < padded_; ++a) {
            inverse_[a] *= inverse_[a];
            x_[a] = 0;
        }
        Block::Order::enter(inverse_, dimensions(context_));
    }

    /// z ← K⁻¹ z,  x += D^-½ Pᵀ z = D⁻¹ Yᵀ √C z
    void go_on()
    {
        Cholesky<16>::solve(K_, pivots_, z_, strips_);
        for (std::int64_t a = 0; a < padded_; ++a) part_[a] = 0;
        for (std::int64_t k = 0; k < task_.n; k += 16) {
            float weights[16];
            for (int i = 0; i < 16; ++i) weights[i] = z_[k + i] * roots_[k + i];
            Block(context_, task_, k, false).add(weights, part_);
        }
        for (std::int64_t a = 0; a < padded_; ++a) x_[a] += inverse_[a] * part_[a];
    }

    /// errors = r − √C Y x, and the sum of their squares, Σ c (p − x·y)².
    double take_errors()
    {
        double sums[8] = {};  // or each add would wait for the one before
        for (std::int64_t k = 0; k < task_.n; k += 16) {
            float scores[16];
            Block(context_, task_, k, false).score(x_, scores);
            for (int i = 0; i < 16; ++i) {
                const float error = r_[k + i] - roots_[k + i] * scores[i];
                errors_[k + i] = error;
                sums[i % 8] += static_cast<double>(error) * error;
            }
        }
        return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    }

    const RowContext& context_;
    const RowToSolve& task_;
    std::int64_t n_;       // entries, padded
    std::int64_t strips_;  // of 16
    std::int64_t padded_;  // factors
    float* K_;
    float* panel_;    // of P, twice: for the left and the right of a product
    float* r_;        // (n) √c p
    float* z_;        // (n)
    float* errors_;   // (n)
    float* roots_;    // (n) √c, 0 behind the row's last
    float* pivots_;   // (n)
    float* inverse_;  // (padded) D^-½, then D⁻¹
    float* x_;        // (padded)
    float* part_;     // (padded)
};

}  // namespace alster::ALSTER_ISA
