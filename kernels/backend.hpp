#pragma once
#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

#include "data/exact_sum.hpp"
#include "data/interactions.hpp"

namespace alster {

/// Rows are summed and rotated in chunks of this many, counted by GLOBAL row number; shards are cut on chunk borders.
/// So no result depends on how many ranks share the rows.
inline constexpr Row rows_per_chunk = 64;

/// G = Q Λ Qᵀ, the Gramian of the fixed side in its principal basis.
struct Spectrum {
    std::vector<double> values;    // (w) Λ, descending, not below 0
    std::vector<double> vectors;   // (w, w) row-major Q: column k belongs to values[k], signs fixed
};

/// What a row solve minimises, beyond the interactions:
///   x_u = argmin Σ_k c_k (p_k − x·y_k)² + xᵀ D_u x,   D_u = diag(base) + λ_u,   λ_u = λ (n_u + count_offset)^ν
struct RowObjective {
    std::vector<double> base;        // (w) α0 Λ; all 0 for explicit feedback
    double lambda = 0;               // λ
    double bias_lambda = 0;          // λ of the last dimension where `biased`
    double nu = 0;                   // ν
    double count_offset = 0;         // α0 · (rows of the fixed side), 0 for explicit feedback
    bool biased = false;             // the last dimension of a row is its own bias: a fixed row [y, b] acts as [y, 1] with
                                     // target p − b, so that user and item biases are solved jointly with the factors
};

/// What came of solving some rows.
struct SolveReport {
    std::vector<double> losses;        // (rows) Σ c (p − x·y)² + λ_u‖x_u‖², exact residuals, fp64
    std::int64_t retried = 0;          // rows whose fp32 pivot failed and that were solved again in fp64
    std::int64_t dual = 0;             // rows solved in the dual form
    Row failed = -1;                   // first row whose solution is not finite (number within the shard), −1: none
};

/// The factor table that a solve reads: row s of the table is what `columns` calls s.
struct FactorTable {
    std::span<const float> values;   // (rows, w) row-major
    Row rows = 0;
    Row width = 0;                   // w
};

/// The mathematics of alternating least squares, one operation a line; bodies in reference/ (fp64, Eigen, the oracle), cpu/
/// and cuda/ in files of the same name. Shapes: X, Y (rows, w) row-major fp32; G (w, w) fp64.
///
///   gramian          G = Σ_i y_i y_iᵀ over this rank's rows, by chunks of rows_per_chunk, into an order-free sum
///   principal_basis  G = Q Λ Qᵀ
///   rotate           Y ← Y Q, by chunks, rounded once to fp32
///   solve            x_u for every row u of the shard (RowObjective); rows without interactions become 0
///   top_k            the K best of scores x_u·y_i for a block of rows, seen items left out
template <class B>
concept Backend = requires(const B backend, FactorTable Y, std::span<float> X, ExactSum& G, std::span<const double> gram,
                           Row width, const Spectrum& spectrum, const Interactions& interactions,
                           const RowObjective& objective) {
    backend.gramian(Y, G);
    { backend.principal_basis(gram, width) } -> std::same_as<Spectrum>;
    backend.rotate(X, width, spectrum);
    { backend.solve(interactions, Y, objective, X) } -> std::same_as<SolveReport>;
};

}  // namespace alster
