#pragma once
#include "kernels/backend.hpp"

namespace alster {

/// G = Q Λ Qᵀ by LAPACK (dsyevd) in fp64 and one thread, in the canonical form of a Spectrum. `gram`: the lower triangle,
/// packed. Errors: out_of_memory (13) where there is no room for OpenBLAS, diverged (12) where dsyevd fails.
[[nodiscard]] Spectrum eigenproblem(std::span<const double> gram, Row width);

}  // namespace alster
