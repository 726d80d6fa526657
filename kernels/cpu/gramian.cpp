#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

namespace {

/// The Gramian of one chunk, lower triangle packed by rows. `square` is workspace (w, w), `chunk` (rows_per_chunk, w).
void chunk_gramian(const HostMatrix& Y, Row first, std::vector<double>& chunk, std::vector<double>& square,
                   std::vector<double>& packed)
{
    const Row rows = std::min(Y.rows - first, rows_per_chunk);
    const int w = static_cast<int>(Y.width);
    std::copy_n(Y.row(first), rows * Y.width, chunk.begin());
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, w, static_cast<int>(rows), 1.0, chunk.data(), w, 0.0,
                square.data(), w);
    for (Row a = 0; a < Y.width; ++a)
        std::copy_n(square.begin() + a * Y.width, a + 1,
                    packed.begin() + static_cast<std::ptrdiff_t>(triangle_index(a, 0)));
}

}  // namespace

double CpuBackend::largest(const Matrix& Y) const
{
    constexpr std::size_t block = 16;  // maxima side by side, or each would wait for the one before
    const std::size_t blocks = Y.values.size() / block;
    float largest = 0;
#pragma omp parallel reduction(max : largest)
    {
        float maxima[block] = {};
#pragma omp for schedule(static)
        for (std::size_t k = 0; k < blocks; ++k)
            for (std::size_t i = 0; i < block; ++i) maxima[i] = std::max(maxima[i], std::abs(Y.values[k * block + i]));
        for (const float maximum : maxima) largest = std::max(largest, maximum);
    }
    for (std::size_t k = blocks * block; k < Y.values.size(); ++k) largest = std::max(largest, std::abs(Y.values[k]));
    return largest;
}

void CpuBackend::gramian(const Matrix& Y, ExactSum& G) const
{
    const Row chunks = (Y.rows + rows_per_chunk - 1) / rows_per_chunk;
#pragma omp parallel
    {
        ExactSum mine = G.zero();
        std::vector<double> chunk(rows_per_chunk * Y.width);
        std::vector<double> square(Y.width * Y.width);
        std::vector<double> packed(triangle_size(Y.width));
#pragma omp for schedule(static)
        for (Row k = 0; k < chunks; ++k) {
            chunk_gramian(Y, k * rows_per_chunk, chunk, square, packed);
            mine.add(packed);
        }
#pragma omp critical
        G.add(mine);  // integers: the order in which threads come does not matter
    }
}

}  // namespace alster
