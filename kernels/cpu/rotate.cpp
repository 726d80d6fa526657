#include <algorithm>

#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

/// Calls rotate(first, last, workspace) for all chunks of so many rows.
template <class F>
void each_chunk(Row rows, std::int64_t workspace_bytes, F rotate)
{
    const Row chunks = (rows + rows_per_chunk - 1) / rows_per_chunk;
#pragma omp parallel
    {
        TableVector<std::byte> workspace(workspace_bytes);
#pragma omp for schedule(static)
        for (Row k = 0; k < chunks; ++k)
            rotate(k * rows_per_chunk, std::min(rows, (k + 1) * rows_per_chunk), workspace.data());
    }
}

TableVector<std::byte> packed(const Spectrum& spectrum, Row width, const BasisKernel& basis)
{
    TableVector<std::byte> Q(basis.square(width));
    basis.pack(spectrum.vectors.data(), width, Q.data());
    return Q;
}

}  // namespace

void CpuBackend::rotate(Matrix& Y, const Spectrum& spectrum, BasisFor use) const
{
    const BasisKernel& kernel = basis_for(use);
    const auto Q = packed(spectrum, Y.width, kernel);
    each_chunk(Y.rows, kernel.chunk(Y.width), [&](Row first, Row last, std::byte* workspace) {
        kernel.rotate(Q.data(), Y.width, last - first, workspace, Y.row(first));
    });
}

void CpuBackend::rotate_start(const Shard& shard, Matrix& X, const Spectrum& spectrum) const
{
    if (cg_steps_ == 0) return;
    std::vector<Row> by_steps;
    for (Row u = 0; u < X.rows; ++u) {
        const Offset n = shard.interactions.entries(u);
        if (n <= entries_per_part_ && row_solver_.goes_by_steps(n, X.width, cg_steps_)) by_steps.push_back(u);
    }
    const BasisKernel& kernel = basis_for_rounded_;
    const auto Q = packed(spectrum, X.width, kernel);
    const std::int64_t kernel_bytes = kernel.chunk(X.width);
    const std::int64_t row_bytes = X.width * std::int64_t{sizeof(float)};
    each_chunk(std::ssize(by_steps), kernel_bytes + rows_per_chunk * row_bytes,
               [&](Row first, Row last, std::byte* workspace) {
                   auto* const rows = reinterpret_cast<float*>(workspace + kernel_bytes);
                   for (Row k = first; k < last; ++k)
                       std::copy_n(X.row(by_steps[k]), X.width, rows + (k - first) * X.width);
                   kernel.rotate(Q.data(), X.width, last - first, workspace, rows);
                   for (Row k = first; k < last; ++k)
                       std::copy_n(rows + (k - first) * X.width, X.width, X.row(by_steps[k]));
               });
}

}  // namespace alster
