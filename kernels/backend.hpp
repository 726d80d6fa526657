#pragma once
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "data/exact_sum.hpp"
#include "data/interactions.hpp"
#include "data/row_buffers.hpp"
#include "kernels/backend_sizes.hpp"
#include "kernels/row_prior.hpp"

namespace alster {

/// G = Q Λ Qᵀ, a Gramian in its principal basis.
struct Spectrum {
    std::vector<double> values;   // (w) Λ, descending, none below 0
    std::vector<double> vectors;  // (w, w) row-major Q: column k belongs to values[k]; its largest element is positive
};

/// What a row solve minimises, beyond the interactions:
///   x_u = argmin Σ_k c_k (p_k − x·y_k)² + Σ_a (base_a + λ_u) x_a²,     λ_u = λ (n_u + count_offset)^ν
/// where a row with a prior m has Σ_a base_a x_a² + λ_u (x_a − m_a)² for the last sum.
struct RowObjective {
    std::vector<double> base;  // (w) α0 Λ; all 0 for explicit feedback
    double lambda = 0;         // λ > 0
    double nu = 0;             // ν
    double count_offset = 0;   // α0 · (rows of the fixed side); 0 for explicit feedback
    bool biased = false;  // the last dimension of a row is its own bias: a fixed row [y, b] acts as [y, 1] with target
                          // p − b, so that user and item biases are solved jointly with the factors
    double bias_lambda = 0;                      // λ of that dimension
    std::shared_ptr<const RowPrior> prior = {};  // m of every row of the shard; null: 0

    /// λ_u (or that of the bias) of a row with `entries` interactions.
    [[nodiscard]] double regularization(Offset entries, bool of_bias = false) const;
};

/// A row solved in fp64.
struct ExactRow {
    double residual = 0;   // Σ c (p − x·y)²
    double penalty = 0;    // Σ λ_u (x − m)²
    bool reliable = true;  // false: fp64 is not enough for it, x may be off by more than 2⁻¹⁰
};

/// What came of solving some rows.
struct SolveReport {
    std::vector<double> residuals;  // (rows) Σ_k c_k (p_k − x·y_k)², from the residuals themselves
    std::vector<double> penalties;  // (rows) Σ_a λ_u (x_a − m_a)²
    std::int64_t dual = 0;          // rows solved in the dual form
    std::int64_t by_steps = 0;      // rows solved by steps of conjugate gradients
    std::int64_t retried = 0;       // rows that fp32 could not solve (kernels/pivots.hpp) and fp64 did
    Row failed = -1;                // a row whose solution is not finite (counted within the shard); −1: none
    Row unsolved = -1;              // a row that fp64 cannot solve either; −1: none

    /// Enters what came of row u in fp64.
    void enter(Row u, const ExactRow& row);
};

/// What a Gramian or a rotation is for: rows that are solved from it, for which a backend that reads its tables rounded
/// may sum in fp32, or the model, in fp64.
enum class BasisFor { rows, model };

/// Waits until the rows that batches 0 … b of a shard name are in the table; false: they will not come, and what
/// solve() then returns and writes is not looked at. Called by any thread.
using RowsReady = std::function<bool(int batch)>;

/// Of a table that is whole.
[[nodiscard]] inline bool rows_are_there(int /*batch*/) { return true; }

// clang-format off: concepts are read as tables

/// The mathematics of alternating least squares. One body for each operation lies in reference/ (fp64, Eigen: the
/// oracle of every test), cpu/ and cuda/, in files of the same name. A Matrix is (rows, w) row-major fp32 in the
/// backend's memory; a Shard is a rank's interactions of one side, laid out as the backend likes.
///
///   load              a Shard from interactions, whose columns are rows of the table that solve() will read, in at most
///                     `most_batches` batches of consecutive rows; none given: in one
///
///   make_matrix       a Matrix of zeros
///
///   read_on_host      runs f(std::span<const float>) on the matrix in host memory; not to be nested
///
///   write_on_host     runs f(std::span<float>), which must write every element of the matrix
///
///   exchange          runs f(const RowBuffers&), which brings rows of `table` from all ranks' `mine`; `staging`
///                     floats of packed rows must fit
///
///   largest           max |element|
///
///   gramian           G += Σ y yᵀ over all rows, one term for each chunk, lower triangle packed
///
///   principal_basis   G = Q Λ Qᵀ
///
///   rotate            Y ← Y Q, for a model rounded once
///
///   rotate_start      X ← X Q about as in fp32, of those rows of the shard that go towards their solution by steps from
///                     the x that is there; the others' x is not asked for. Nothing where no steps were asked for
///
///   solve             x_u of every row u of the shard; rows without interactions become 0. What X was is only read by
///                     a backend that was asked to start from there. Nothing of Y is read for a row before ready(the
///                     row's batch): so it can run beside exchange(), while rows of Y are on their way
///
///   interactions      those of a shard, in host memory
template <class B>
concept Backend = requires(const B backend, typename B::Matrix& X, const typename B::Matrix& Y,
                           const typename B::Shard& shard, Interactions interactions, ExactSum& G,
                           std::span<const double> gram, Row w, const Spectrum& spectrum, const RowObjective& objective,
                           void (*read)(std::span<const float>), void (*write)(std::span<float>),
                           void (*move)(const RowBuffers&))
{
    {
        backend.load(std::move(interactions), w)
        } -> std::same_as<typename B::Shard>;
    {
        backend.make_matrix(w, w)
        } -> std::same_as<typename B::Matrix>;
    backend.read_on_host(Y, read);
    backend.write_on_host(X, write);
    backend.exchange(Y, X, std::size_t(), move);
    {
        backend.largest(Y)
        } -> std::same_as<double>;
    backend.gramian(Y, G, BasisFor::rows);
    {
        backend.principal_basis(gram, w)
        } -> std::same_as<Spectrum>;
    backend.rotate(X, spectrum, BasisFor::rows);
    {
        backend.solve(shard, Y, objective, X)
        } -> std::same_as<SolveReport>;
    {
        backend.interactions(shard)
        } -> std::same_as<const Interactions&>;
};

/// A backend that may go by steps or read its tables rounded, and knows one that does neither, for the same matrices
/// and shards: what finishes a model.
///
///   exact             solves every row to the last digits of fp32, those of parts in the same parts
template <class B>
concept HasExactForm = Backend<B> && requires(const B backend)
{
    {
        backend.exact()
        } -> std::same_as<B>;
};

/// A backend that also works on parts of rows: of a row too heavy for one rank each rank holds some. A shard of parts
/// has a part of part_entries() entries, the last of a row fewer, in the place of a row. The sums have the bits
/// that solve() gives a row of so many entries.
///
///   assemble          (range, equations_size(w)) the normal equations of some parts (kernels/normal_equations.hpp)
///
///   residuals         (range) Σ c (p − x·y)² of some parts; X (range, w) holds the x of each part's row
template <class B>
concept SplitsRows = Backend<B> &&
    requires(const B backend, const typename B::Shard& parts, const typename B::Matrix& Y, RowRange range, bool biased)
{
    {
        backend.part_entries()
        } -> std::same_as<Offset>;
    {
        backend.assemble(parts, range, Y, biased)
        } -> std::same_as<std::vector<float>>;
    {
        backend.residuals(parts, range, Y, biased, Y)
        } -> std::same_as<std::vector<double>>;
};

// clang-format on

}  // namespace alster
