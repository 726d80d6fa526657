#pragma once
#include <span>
#include <vector>

#include "data/interactions.hpp"

namespace alster {

struct RowObjective;

/// Where the rows of a half-step are pulled to, in place of 0: m_u = Aᵀ f_u, linear in what is known of them
/// (docs/mathematics.md, "A prior from features"). The features are somebody else's and must outlive it.
struct RowPrior {
    std::span<const Offset> offsets;  // (rows + 1)
    std::span<const Column> columns;  // features of a row, in [0, features)
    std::span<const double> weights;  // of each
    std::vector<double> map;          // (features, width) row-major A, in the basis of the half-step
    Row width = 0;

    /// Writes m_u. False where it is 0.
    bool mean(Row u, std::span<double> m) const;
};

/// A row's m, and the solution x0 = λ m / (base + λ) that it has without interactions. Seen from there, a row with a
/// prior is one without: x = x0 + z, where z minimises the objective for the targets p − x0·y.
class RowOrigin {
public:
    explicit RowOrigin(Row width) : mean_(width), start_(width), lambda_(width) {}

    /// Turns to row u of `entries` interactions. False where it has no prior, or m is 0: x is then found as ever.
    bool set(const RowObjective& objective, Row u, Offset entries);

    [[nodiscard]] std::span<const double> mean() const { return mean_; }
    [[nodiscard]] std::span<const double> start() const { return start_; }

    /// Σ_a λ (x_a − m_a)².
    [[nodiscard]] double penalty(std::span<const float> x) const;

private:
    std::vector<double> mean_;
    std::vector<double> start_;
    std::vector<double> lambda_;
};

}  // namespace alster
