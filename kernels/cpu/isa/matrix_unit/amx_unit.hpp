#pragma once
#include <cstdint>

namespace alster::ALSTER_ISA {

/// The matrix unit of AMX (Intel, Architecture Instruction Set Extensions Programming Reference, chapter 3): eight
/// registers of 16 rows of 64 bytes, configured as long as the object lives. By assembler: the intrinsics of GCC take
/// digits only for registers, and do not say that they read and write memory.
class AmxUnit {
public:
    AmxUnit()
    {
        Configuration configuration{};
        configuration.palette = 1;
        for (int t = 0; t < 8; ++t) {
            configuration.bytes_per_row[t] = 64;
            configuration.rows[t] = 16;
        }
        asm volatile("ldtilecfg %0" ::"m"(configuration));
    }
    ~AmxUnit() { asm volatile("tilerelease"); }
    AmxUnit(const AmxUnit&) = delete;
    AmxUnit& operator=(const AmxUnit&) = delete;

    /// Register t ↔ 1 KiB, row by row.
    template <int t>
    void load(const void* tile)
    {
        asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(tile), "r"(row_bytes), "i"(t) : "memory");
    }
    template <int t>
    void store(void* tile)
    {
        asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(tile), "r"(row_bytes), "i"(t) : "memory");
    }

    /// sum[m][n] += Σ_k left[m][k] right[k][n] over 32 k: fp32 sums of products of bf16, pairs of which are the words
    /// of left's rows (m) and of right's (pairs of k).
    template <int sum, int left, int right>
    void multiply()
    {
        asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(sum), "i"(left), "i"(right));
    }

private:
    struct Configuration {
        std::uint8_t palette;
        std::uint8_t start_row;
        std::uint8_t reserved[14];
        std::uint16_t bytes_per_row[16];
        std::uint8_t rows[16];
    };
    static_assert(sizeof(Configuration) == 64);

    static constexpr std::int64_t row_bytes = 64;
};

}  // namespace alster::ALSTER_ISA
