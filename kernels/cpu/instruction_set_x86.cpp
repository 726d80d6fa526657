#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/cpu/row_solver.hpp"
#include "kernels/cpu/score_tile.hpp"

namespace alster {

namespace {

/// Linux gives the registers of AMX to processes that ask for them (Documentation/arch/x86/xstate.rst), and denies them
/// where it does not know them.
bool may_use_amx()
{
    constexpr int request_permission = 0x1023;  // ARCH_REQ_XCOMP_PERM
    constexpr int tile_data = 18;               // XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

}  // namespace

InstructionSet best_instruction_set(Precision precision)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
        if (precision != Precision::bf16) return InstructionSet::avx512;
        if (__builtin_cpu_supports("amx-bf16") && may_use_amx()) return InstructionSet::amx;
        return __builtin_cpu_supports("avx512bf16") ? InstructionSet::avx512_bf16 : InstructionSet::avx512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return InstructionSet::avx2;
    return InstructionSet::generic;
}

RowSolver row_solver(InstructionSet instructions, Precision precision)
{
    switch (instructions) {
        case InstructionSet::amx:
            return precision == Precision::bf16 ? amx::row_solver(precision) : avx512::row_solver(precision);
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
        case InstructionSet::amx:
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
