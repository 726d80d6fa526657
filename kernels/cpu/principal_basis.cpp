#include <lapacke.h>

#include "data/error.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/spectrum.hpp"

namespace alster {

Spectrum CpuBackend::principal_basis(std::span<const double> gram, Row width) const
{
    Spectrum spectrum{std::vector<double>(width), std::vector<double>(static_cast<std::size_t>(width) * width)};
    for (Row a = 0; a < width; ++a)
        for (Row b = 0; b <= a; ++b) spectrum.vectors[a * width + b] = gram[triangle_index(a, b)];
    const auto w = static_cast<lapack_int>(width);
    const auto status =
        LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'L', w, spectrum.vectors.data(), w, spectrum.values.data());
    if (status != 0) throw Error(ExitCode::diverged, "the eigenproblem of the Gramian failed (dsyevd: {})", status);
    make_canonical(spectrum);
    return spectrum;
}

}  // namespace alster
