#include <cblas.h>

#include <algorithm>
#include <span>

#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

/// after (rows, w) = before (rows, w) · Q
void multiply(const std::vector<double>& before, std::span<const double> Q, std::vector<double>& after, int rows, int w)
{
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, w, w, 1.0, before.data(), w, Q.data(), w, 0.0,
                after.data(), w);
}
void multiply(const std::vector<float>& before, std::span<const float> Q, std::vector<float>& after, int rows, int w)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, w, w, 1.0F, before.data(), w, Q.data(), w, 0.0F,
                after.data(), w);
}

/// Y ← Y Q in the arithmetic of Q, rounded once; in chunks, so that the bits of a row depend on nothing else.
template <class Real>
void rotate_chunks(HostMatrix& Y, std::span<const Real> Q)
{
    const Row chunks = (Y.rows + rows_per_chunk - 1) / rows_per_chunk;
#pragma omp parallel
    {
        std::vector<Real> before(rows_per_chunk * Y.width);
        std::vector<Real> after(rows_per_chunk * Y.width);
#pragma omp for schedule(static)
        for (Row k = 0; k < chunks; ++k) {
            const Row first = k * rows_per_chunk;
            const Row rows = std::min(Y.rows - first, rows_per_chunk);
            std::copy_n(Y.row(first), rows * Y.width, before.begin());
            multiply(before, Q, after, static_cast<int>(rows), static_cast<int>(Y.width));
            std::transform(after.begin(), after.begin() + rows * Y.width, Y.row(first),
                           [](Real value) { return static_cast<float>(value); });
        }
    }
}

}  // namespace

void CpuBackend::rotate(Matrix& Y, const Spectrum& spectrum) const
{
    // fp64: in fp32 the weak directions would inherit the rounding errors of the strong ones
    rotate_chunks<double>(Y, spectrum.vectors);
}

void CpuBackend::rotate_start(Matrix& X, const Spectrum& spectrum) const
{
    const std::vector<float> Q(spectrum.vectors.begin(), spectrum.vectors.end());
    rotate_chunks<float>(X, Q);
}

}  // namespace alster
