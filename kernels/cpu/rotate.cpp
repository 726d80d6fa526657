#include <cblas.h>

#include <algorithm>

#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

/// Runs f(the rows of a chunk, how many) for all chunks, each thread with a workspace of so many elements of its own.
template <class Real, class F>
void each_chunk(HostMatrix& Y, std::int64_t workspace_size, F f)
{
    const Row chunks = (Y.rows + rows_per_chunk - 1) / rows_per_chunk;
#pragma omp parallel
    {
        TableVector<Real> workspace(workspace_size);
#pragma omp for schedule(static)
        for (Row k = 0; k < chunks; ++k) {
            const Row first = k * rows_per_chunk;
            f(Y.row(first), std::min(Y.rows - first, rows_per_chunk), workspace.data());
        }
    }
}

}  // namespace

void CpuBackend::rotate(Matrix& Y, const Spectrum& spectrum) const
{
    // fp64: in fp32 the weak directions would inherit the rounding errors of the strong ones
    TableVector<double> Q(basis_.square(Y.width));
    basis_.pack(spectrum.vectors.data(), Y.width, Q.data());
    each_chunk<double>(Y, basis_.chunk(Y.width), [&](float* rows, Row count, double* workspace) {
        basis_.rotate(Q.data(), Y.width, count, workspace, rows);
    });
}

void CpuBackend::rotate_start(Matrix& X, const Spectrum& spectrum) const
{
    const std::vector<float> Q(spectrum.vectors.begin(), spectrum.vectors.end());
    const int w = static_cast<int>(X.width);
    each_chunk<float>(X, rows_per_chunk * X.width, [&](float* rows, Row count, float* before) {
        std::copy_n(rows, count * X.width, before);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(count), w, w, 1.0F, before, w, Q.data(),
                    w, 0.0F, rows, w);
    });
}

}  // namespace alster
