#include "kernels/eigenproblem.hpp"

#include <cblas.h>
#include <lapacke.h>
#include <sys/mman.h>

#include <new>

#include "data/error.hpp"
#include "kernels/spectrum.hpp"

namespace alster {

namespace {

/// OpenBLAS maps 128 MiB at its first work and keeps them; where it cannot, it tries again forever.
void require_room_for_openblas()
{
    constexpr std::size_t bytes = std::size_t{144} << 20;
    [[maybe_unused]] static const bool room = [] {
        void* const mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (mapped == MAP_FAILED)
            throw Error(
                ExitCode::out_of_memory,
                "the eigenproblem needs {} MiB of address space for OpenBLAS, and they cannot be had: raise the "
                "limit (ulimit -v) or the memory of the job",
                bytes >> 20U);
        munmap(mapped, bytes);
        return true;
    }();
}

}  // namespace

Spectrum eigenproblem(std::span<const double> gram, Row width)
{
    Spectrum spectrum{std::vector<double>(width), std::vector<double>(static_cast<std::size_t>(width) * width)};
    for (Row a = 0; a < width; ++a)
        for (Row b = 0; b <= a; ++b) spectrum.vectors[a * width + b] = gram[triangle_index(a, b)];
    require_room_for_openblas();
    // Threads are OpenMP's: a second pool beside it makes both slow, and the bits would depend on its size.
    openblas_set_num_threads(1);
    const auto w = static_cast<lapack_int>(width);
    const auto status =
        LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'L', w, spectrum.vectors.data(), w, spectrum.values.data());
    if (status == LAPACK_WORK_MEMORY_ERROR || status == LAPACK_TRANSPOSE_MEMORY_ERROR) throw std::bad_alloc();
    if (status != 0) throw Error(ExitCode::diverged, "the eigenproblem of the Gramian failed (dsyevd: {})", status);
    make_canonical(spectrum);
    return spectrum;
}

}  // namespace alster
