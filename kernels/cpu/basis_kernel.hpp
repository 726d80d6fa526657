#pragma once
#include <cstdint>

#include "kernels/cpu/row_solver.hpp"

namespace alster {

/// What the principal basis takes of chunks of rows (…, width), in fp64: products in tiles of registers, their operands
/// packed into panels. A workspace is 64-byte aligned.
struct BasisKernel {
    static constexpr std::int64_t chunk_rows = 64;  // at most: rows_per_chunk
    static constexpr int low_bits = 36;             // ExactSum::low_bits; neither header may be included by a kernel

    /// Doubles of workspace for a chunk, and of a packed (width, width) matrix.
    std::int64_t (*chunk)(std::int64_t width);
    std::int64_t (*square)(std::int64_t width);

    /// Packs Q (width, width), row-major.
    void (*pack)(const double* Q, std::int64_t width, double* packed);

    /// y ← y Q, rounded once; Q packed.
    void (*rotate)(const double* packed, std::int64_t width, std::int64_t count, double* workspace, float* rows);

    /// Adds Σ y yᵀ, its lower triangle packed by rows, to the limbs of an ExactSum with this quantum.
    void (*add_gramian)(const float* rows, std::int64_t count, std::int64_t width, double quantum, double* workspace,
                        std::int64_t* limbs);
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
