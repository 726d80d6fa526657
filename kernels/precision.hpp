#pragma once

namespace alster {

/// How a GPU multiplies when it assembles the rows' systems. Sums are fp32 in all of them, Cholesky too.
enum class Precision : int {
    fp32,    // fused multiply-adds: the rounding of the CPU backend
    tf32x3,  // tensor cores; each factor split into two tf32 parts, three products: nearly that of fp32
    bf16,    // tensor cores; the fixed side rounded to bf16 (8 bits): half the memory traffic, an error of 2^-9 an
             // element
};

[[nodiscard]] constexpr const char* name(Precision precision)
{
    switch (precision) {
        case Precision::fp32:
            return "fp32";
        case Precision::tf32x3:
            return "tf32x3";
        default:
            return "bf16";
    }
}

}  // namespace alster
