#include "kernels/cpu/row_solver.hpp"

namespace alster {

InstructionSet best_instruction_set()
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        return InstructionSet::avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return InstructionSet::avx2;
    return InstructionSet::generic;
}

RowSolver row_solver(InstructionSet instructions)
{
    switch (instructions) {
        case InstructionSet::avx512:
            return avx512::row_solver();
        case InstructionSet::avx2:
            return avx2::row_solver();
        default:
            return generic::row_solver();
    }
}

}  // namespace alster
