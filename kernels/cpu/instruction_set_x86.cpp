#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/cpu/isa/basis_kernel.hpp"
#include "kernels/cpu/isa/row_solver.hpp"
#include "kernels/cpu/isa/score_tile.hpp"

namespace alster {

namespace {

/// Asked of the CPU itself: not every compiler that alster is built with has a name for it.
bool has_amx()
{
    constexpr unsigned features = 7;
    constexpr unsigned bits = 1U << 22 | 1U << 24;  // AMX-BF16, AMX-TILE
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(features, 0, &a, &b, &c, &d) != 0 && (d & bits) == bits;
}

/// Linux gives the registers of AMX to processes that ask for them (Documentation/arch/x86/xstate.rst), and denies them
/// where it does not know them.
bool may_use_amx()
{
    constexpr long request_permission = 0x1023;  // ARCH_REQ_XCOMP_PERM
    constexpr long tile_data = 18;               // XFEATURE_XTILEDATA
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

}  // namespace

InstructionSet best_instruction_set(Precision precision)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
        if (precision != Precision::bf16 || !__builtin_cpu_supports("avx512bf16")) return InstructionSet::avx512;
        return has_amx() && may_use_amx() ? InstructionSet::amx : InstructionSet::avx512_bf16;
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
    if (instructions >= InstructionSet::avx512) return avx512::score_kernel();
    return instructions == InstructionSet::avx2 ? avx2::score_kernel() : generic::score_kernel();
}

BasisKernel basis_kernel(InstructionSet instructions, Precision precision)
{
    if (instructions == InstructionSet::amx && precision == Precision::bf16) return amx::basis_kernel(precision);
    if (instructions >= InstructionSet::avx512) return avx512::basis_kernel(precision);
    return instructions == InstructionSet::avx2 ? avx2::basis_kernel(precision) : generic::basis_kernel(precision);
}

}  // namespace alster
