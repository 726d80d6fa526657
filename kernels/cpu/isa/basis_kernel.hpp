#pragma once
#include <cstdint>

#include "kernels/cpu/isa/row_solver.hpp"

namespace alster {

/// What the principal basis takes of chunks of rows (…, width): products in tiles of registers, their operands packed
/// into panels. Memory given to it is 64-byte aligned.
struct BasisKernel {
    static constexpr std::int64_t chunk_rows = 64;  // at most: rows_per_chunk
    static constexpr int low_bits = 36;             // ExactSum::low_bits; neither header may be included by a kernel

    /// Bytes of workspace for a chunk, and of a packed (width, width) matrix.
    std::int64_t (*chunk)(std::int64_t width);
    std::int64_t (*square)(std::int64_t width);

    /// Packs Q (width, width), row-major.
    void (*pack)(const double* Q, std::int64_t width, void* packed);

    /// y ← y Q; Q packed.
    void (*rotate)(const void* packed, std::int64_t width, std::int64_t count, void* workspace, float* rows);

    /// Adds Σ y yᵀ, its lower triangle packed by rows, to the limbs of an ExactSum with this quantum.
    void (*add_gramian)(const float* rows, std::int64_t count, std::int64_t width, double quantum, void* workspace,
                        std::int64_t* limbs);
};

/// In fp64 for tables in fp32: else the weak directions would inherit the rounding errors of the strong ones. For
/// tables in bf16 sums of 64 rows, or of `width` products, are fp32, or about that by a matrix unit (UnitBasis):
/// directions below some 2^-11 of a row's length are not better than noise then, nor would rounding leave much of them.
[[nodiscard]] BasisKernel basis_kernel(InstructionSet instructions, Precision precision);

namespace generic {
BasisKernel basis_kernel(Precision);
}
namespace avx2 {
BasisKernel basis_kernel(Precision);
}
namespace avx512 {
BasisKernel basis_kernel(Precision);
}
namespace amx {
BasisKernel basis_kernel(Precision);
}

}  // namespace alster
