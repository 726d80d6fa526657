#include <cblas.h>

#include <algorithm>

#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

void CpuBackend::rotate(Matrix& Y, const Spectrum& spectrum) const
{
    // fp64, rounded once: in fp32 the weak directions would inherit the rounding errors of the strong ones
    const int w = static_cast<int>(Y.width);
    const Row chunks = (Y.rows + rows_per_chunk - 1) / rows_per_chunk;
#pragma omp parallel
    {
        std::vector<double> before(rows_per_chunk * Y.width);
        std::vector<double> after(rows_per_chunk * Y.width);
#pragma omp for schedule(static)
        for (Row k = 0; k < chunks; ++k) {
            const Row first = k * rows_per_chunk;
            const Row rows = std::min(Y.rows - first, rows_per_chunk);
            std::copy_n(Y.row(first), rows * Y.width, before.begin());
            cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(rows), w, w, 1.0, before.data(), w,
                        spectrum.vectors.data(), w, 0.0, after.data(), w);
            std::transform(after.begin(), after.begin() + rows * Y.width, Y.row(first),
                           [](double value) { return static_cast<float>(value); });
        }
    }
}

}  // namespace alster
