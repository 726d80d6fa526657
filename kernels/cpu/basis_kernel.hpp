#pragma once
#include <cstdint>

#include "kernels/cpu/row_solver.hpp"

namespace alster {

/// What the principal basis takes of chunks of up to 64 rows (…, width), in fp64: products in tiles of registers, their
/// operands packed into panels. A workspace is 64-byte aligned.
struct BasisKernel {
    /// Doubles of workspace for a chunk, and of a packed (width, width) matrix.
    std::int64_t (*chunk)(std::int64_t width);
    std::int64_t (*square)(std::int64_t width);

    /// Packs Q (width, width), row-major.
    void (*pack)(const double* Q, std::int64_t width, double* packed);

    /// y ← y Q, rounded once; Q packed.
    void (*rotate)(const double* packed, std::int64_t width, std::int64_t count, double* workspace, float* rows);

    /// Adds Σ y yᵀ, its lower triangle packed by rows, to the limbs of an ExactSum with this quantum; `size`: of the
    /// triangle.
    void (*add_gramian)(const float* rows, std::int64_t count, std::int64_t width, double quantum, std::int64_t size,
                        double* workspace, std::int64_t* limbs);
};

[[nodiscard]] BasisKernel basis_kernel(InstructionSet instructions);

namespace generic {
BasisKernel basis_kernel();
}
namespace avx2 {
BasisKernel basis_kernel();
}
namespace avx512 {
BasisKernel basis_kernel();
}

}  // namespace alster
