#pragma once

namespace alster {

/// How products are made when the rows' systems are assembled. Sums are fp32 in all of them, Cholesky too.
enum class Precision : int {
    fp32,    // fused multiply-adds
    tf32x3,  // GPU: tensor cores; each factor split into two tf32 parts, three products: nearly that of fp32
    bf16,    // the fixed side rounded to bf16 (8 bits): half the memory traffic, an error of 2^-8 an element; by tensor
             // cores, or by AMX or AVX-512 BF16, where there are
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
