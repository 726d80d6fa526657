#pragma once
#include "kernels/backend.hpp"
#include "kernels/host_matrix.hpp"
#include "kernels/host_row_buffers.hpp"

namespace alster {

/// Exact ALS as the formulas stand, in double precision and one thread, by Eigen: the oracle. Factors are stored in
/// fp32 as everywhere, all arithmetic between is fp64, every row is solved in the primal form.
class ReferenceBackend {
public:
    using Matrix = HostMatrix;
    using Shard = Interactions;

    static constexpr int most_batches = 1;

    [[nodiscard]] Shard load(Interactions interactions, Row /*width*/, std::vector<RowRange> /*batches*/ = {}) const
    {
        return interactions;
    }
    [[nodiscard]] Matrix make_matrix(Row rows, Row width) const { return {rows, width}; }
    void read_on_host(const Matrix& matrix, auto&& f) const { f(std::span<const float>(matrix.values)); }
    void write_on_host(Matrix& matrix, auto&& f) const { f(std::span<float>(matrix.values)); }
    void exchange(const Matrix& mine, Matrix& table, std::size_t staging, auto&& f) const
    {
        std::vector<float> room(staging);
        f(host_row_buffers(mine.values, table.values, room, mine.width));
    }

    [[nodiscard]] double largest(const Matrix& Y) const;
    void gramian(const Matrix& Y, ExactSum& G, BasisFor use = BasisFor::model) const;
    [[nodiscard]] Spectrum principal_basis(std::span<const double> gram, Row width) const;
    void rotate(Matrix& Y, const Spectrum& spectrum, BasisFor use = BasisFor::model) const;
    void rotate_start(const Shard& /*shard*/, Matrix& /*X*/, const Spectrum& /*spectrum*/) const {}
    [[nodiscard]] SolveReport solve(const Shard& shard, const Matrix& Y, const RowObjective& objective, Matrix& X,
                                    const RowsReady& ready = rows_are_there) const;
    [[nodiscard]] const Interactions& interactions(const Shard& shard) const { return shard; }
};

static_assert(Backend<ReferenceBackend>);

}  // namespace alster
