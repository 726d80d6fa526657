// Compiled once for each instruction set, as row_solver.cpp.
#include "kernels/cpu/isa/score_tile.hpp"

#include "kernels/cpu/isa/tiles.hpp"

namespace alster::ALSTER_ISA {

namespace {

constexpr int L = ALSTER_LANES;
using T = Tiles<L>;

/// One strip of up to L rows: blocks of L×L are transposed in registers.
void pack_strip(const float* rows, std::int64_t count, std::int64_t width, float* strip)
{
    std::int64_t a = 0;
    for (; a + L <= width; a += L) {
        T::Vector block[L] = {};
        for (int i = 0; i < L && i < count; ++i) __builtin_memcpy(&block[i], rows + i * width + a, sizeof(T::Vector));
        Lanes<L>::transpose(block);
        for (int i = 0; i < L; ++i) T::store(strip + (a + i) * L, block[i]);
    }
    for (; a < width; ++a)
        for (int i = 0; i < L; ++i) strip[a * L + i] = i < count ? rows[i * width + a] : 0;
}

void pack(const float* rows, std::int64_t count, std::int64_t width, float* strips)
{
    for (std::int64_t first = 0; first < count; first += L)
        pack_strip(rows + first * width, count - first, width, strips + first * width);
}

void multiply(const float* queries, std::int64_t query_strips, const float* candidates, std::int64_t candidate_strips,
              std::int64_t width, std::int64_t row, float* scores)
{
    for (std::int64_t q = 0; q < query_strips * L; ++q)
        for (std::int64_t i = 0; i < candidate_strips * L; i += L) T::store(scores + q * row + i, T::Vector{});
    const std::int64_t strip = width * L;
    for (std::int64_t s = 0; s < candidate_strips; s += 2)
        for (std::int64_t t = 0; t < query_strips; ++t) {
            float* tile = scores + t * L * row + s * L;
            T::update_two<Plus>(tile, tile + L, candidates + s * strip, candidates + (s + 1) * strip,
                                queries + t * strip, L, width, row);
        }
}

}  // namespace

ScoreKernel score_kernel() { return {L, pack, multiply}; }

}  // namespace alster::ALSTER_ISA
