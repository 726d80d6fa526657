#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/precision.hpp"

namespace alster {

/// What the row solver is compiled for; a later one includes those before it.
enum class InstructionSet : int { generic = 0, avx2 = 1, avx512 = 2, avx512_bf16 = 3, amx = 4 };

/// The widest set of this CPU that makes a difference to this precision.
[[nodiscard]] InstructionSet best_instruction_set(Precision precision = Precision::fp32);
[[nodiscard]] const char* name(InstructionSet instructions);

/// The interactions of one row, and λ_u of its factors and of its bias.
struct RowToSolve {
    const std::int32_t* columns;  // (n) rows of the table
    const float* confidences;     // (n), or null: all 1
    const float* preferences;     // (n), or null: all 1
    std::int64_t n;
    double lambda;
    double bias_lambda;
    const std::int32_t* next_columns = nullptr;  // (next_n) of the row that will be solved next: may be prefetched
    std::int64_t next_n = 0;
};

/// What all rows of a half-step share.
struct RowContext {
    const float* table;  // (…, width) row-major
    std::int64_t width;
    const double* base;                      // (width) α0 Λ
    bool biased;                             // as RowObjective::biased
    const std::uint16_t* rounded = nullptr;  // (…, width) the table in bf16, read in its place by Precision::bf16
    int cg_steps = 0;  // of conjugate gradients, from the x that is there, where that is cheaper; 0: all rows exactly
};

struct RowResult {
    double residual;  // Σ c (p − x·y)²
    double penalty;   // Σ λ_u x²
    bool dual;
    bool solved;            // false: fp32, or a few steps, are not enough for this row; x is not written
    bool by_steps = false;  // of conjugate gradients, as many as were asked for or as it took
};

/// Solves one row (n > 0) in fp32, by the cheapest of three ways that give the same answer (docs/mathematics.md):
///   primal  A = D + Σ c y yᵀ  (w×w),  x = A⁻¹ Σ c p y             n w² + w³/3 flop
///   dual    P = √C Y D^-½,  K = I + P Pᵀ  (n×n),  x = D^-½ Pᵀ K⁻¹ √C p     n² w + n³/3 flop
/// in tiles of L×L that stay in registers while a panel of rows passes;
///   steps of conjugate gradients from 0 until the gradient is gone, 4 n w flop each and half as much for the first one.
/// Where it is asked for and cheaper, the row has a given number of steps instead, from the x that is there. Plain
/// pointers only, because the source is compiled once for each instruction set: nothing inline may be shared.
struct RowSolver {
    /// Floats of workspace (64-byte aligned) that rows of `width` need; `entries`: of the longest one.
    std::size_t (*workspace)(std::int64_t width, std::int64_t entries);
    RowResult (*solve)(const RowContext& context, const RowToSolve& task, float* workspace, float* x);

    /// Of some entries of a row: A = Σ c y yᵀ, its lower triangle packed by rows, and behind it b = Σ c p y.
    void (*assemble)(const RowContext& context, const RowToSolve& task, float* workspace, float* equations);

    /// Σ c (p − x·y)² of some entries of a row.
    double (*residual)(const RowContext& context, const RowToSolve& task, float* workspace, const float* x);

    /// Whether a row of n entries is solved by steps of conjugate gradients where so many are asked for.
    bool (*goes_by_steps)(std::int64_t n, std::int64_t width, int steps);
};

/// For fp32, or for bf16: with AMX by its matrix unit, with AVX-512 BF16 by products of pairs, else by fp32
/// multiply-adds on the rounded elements.
[[nodiscard]] RowSolver row_solver(InstructionSet instructions, Precision precision);

namespace generic {
RowSolver row_solver(Precision precision);
}
namespace avx2 {
RowSolver row_solver(Precision precision);
}
namespace avx512 {
RowSolver row_solver(Precision precision);
}
namespace avx512_bf16 {
RowSolver row_solver(Precision precision);
}
namespace amx {
RowSolver row_solver(Precision precision);
}

}  // namespace alster
