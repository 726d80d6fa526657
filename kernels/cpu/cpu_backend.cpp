#include "kernels/cpu/cpu_backend.hpp"

#include <cblas.h>

namespace alster {

CpuBackend::CpuBackend(InstructionSet instructions, Precision precision)
    : row_solver_(row_solver(instructions, precision)), precision_(precision)
{
    // Threads are OpenMP's: a second pool beside it makes both slow, and the bits would depend on its size.
    openblas_set_num_threads(1);
}

const char* name(InstructionSet instructions)
{
    switch (instructions) {
        case InstructionSet::avx512_bf16:
            return "AVX-512 BF16";
        case InstructionSet::avx512:
            return "AVX-512";
        case InstructionSet::avx2:
            return "AVX2";
        default:
            return "generic";
    }
}

}  // namespace alster
