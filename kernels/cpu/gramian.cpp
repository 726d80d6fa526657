#include <algorithm>
#include <cmath>

#include "kernels/cpu/cpu_backend.hpp"

namespace alster {

static_assert(BasisKernel::chunk_rows == rows_per_chunk && BasisKernel::low_bits == ExactSum::low_bits);

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

void CpuBackend::gramian(const Matrix& Y, ExactSum& G, BasisFor use) const
{
    // no chunk's sum is larger than that of G, for which there is room in 2^61 quanta: otherwise fp32 might overflow
    const bool fits = G.quantum() < 0x1p66;
    const BasisKernel& kernel = basis_for(fits ? use : BasisFor::model);
    const Row chunks = (Y.rows + rows_per_chunk - 1) / rows_per_chunk;
#pragma omp parallel
    {
        ExactSum mine = G.zero();
        TableVector<std::byte> workspace(kernel.chunk(Y.width));
#pragma omp for schedule(static)
        for (Row k = 0; k < chunks; ++k) {
            const Row first = k * rows_per_chunk;
            kernel.add_gramian(Y.row(first), std::min(Y.rows - first, rows_per_chunk), Y.width, mine.quantum(),
                               workspace.data(), mine.limbs().data());
        }
#pragma omp critical
        G.add(mine);  // integers: the order in which threads come does not matter
    }
}

}  // namespace alster
