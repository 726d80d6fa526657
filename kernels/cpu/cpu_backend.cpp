#include "kernels/cpu/cpu_backend.hpp"

#include "data/bf16.hpp"

namespace alster {

CpuBackend::CpuBackend(InstructionSet instructions, Precision precision, Offset part, int cg_steps)
    : CpuBackend(row_solver(instructions, precision), precision, part, cg_steps, instructions)
{
}

CpuBackend::CpuBackend(RowSolver solver, Precision precision, Offset part, int cg_steps, InstructionSet instructions)
    : row_solver_(solver),
      basis_(basis_kernel(instructions, Precision::fp32)),
      basis_for_rounded_(basis_kernel(instructions, Precision::bf16)),
      precision_(precision),
      entries_per_part_(part),
      cg_steps_(cg_steps),
      instructions_(instructions)
{
}

Offset CpuBackend::part_for(Row width, int cg_steps, InstructionSet instructions, Precision precision)
{
    const RowSolver solver = row_solver(instructions, precision);
    return solver.goes_by_steps(entries_per_part + 1, width, cg_steps) ? entries_per_part_with_cg : entries_per_part;
}

const std::uint16_t* CpuBackend::rounded(const Matrix& Y) const
{
    if (precision_ != Precision::bf16) return nullptr;
    const std::size_t size = Y.values.size();
    if (rounded_.size() < size) {
        TableVector<std::uint16_t>().swap(rounded_);  // never two of them
        rounded_ = TableVector<std::uint16_t>(size);
    }
#pragma omp parallel for
    for (std::size_t k = 0; k < size; ++k) rounded_[k] = bf16_bits(Y.values[k]);
    return rounded_.data();
}

const char* name(InstructionSet instructions)
{
    switch (instructions) {
        case InstructionSet::amx:
            return "AMX";
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
