#include "kernels/cpu/row_solver.hpp"
#include "kernels/cpu/score_tile.hpp"

namespace alster {

InstructionSet best_instruction_set(Precision precision)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
        const bool pairs = precision == Precision::bf16 && __builtin_cpu_supports("avx512bf16");
        return pairs ? InstructionSet::avx512_bf16 : InstructionSet::avx512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return InstructionSet::avx2;
    return InstructionSet::generic;
}

RowSolver row_solver(InstructionSet instructions, Precision precision)
{
    switch (instructions) {
        case InstructionSet::avx512_bf16:
            return precision == Precision::bf16 ? avx512_bf16::row_solver(precision) : avx512::row_solver(precision);
        case InstructionSet::avx512:
            return avx512::row_solver(precision);
        case InstructionSet::avx2:
            return avx2::row_solver(precision);
        default:
            return generic::row_solver(precision);
    }
}

ScoreKernel score_kernel(InstructionSet instructions)
{
    switch (instructions) {
        case InstructionSet::avx512_bf16:
        case InstructionSet::avx512:
            return avx512::score_kernel();
        case InstructionSet::avx2:
            return avx2::score_kernel();
        default:
            return generic::score_kernel();
    }
}

}  // namespace alster
