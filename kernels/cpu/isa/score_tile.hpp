#pragma once
#include <cstdint>

#include "kernels/cpu/isa/row_solver.hpp"

namespace alster {

/// Products of query rows with candidate rows, from strips: a strip holds L rows, element a of row l at a·L + l. Each
/// score is one chain of multiply-adds over the elements in their order: its bits depend on its two rows alone.
struct ScoreKernel {
    std::int64_t lanes;  // L

    /// Packs `count` rows (…, width) into ⌈count / L⌉ strips of L·width floats (64-byte aligned); rows behind the last
    /// are 0.
    void (*pack)(const float* rows, std::int64_t count, std::int64_t width, float* strips);

    /// scores[q·row + i] for L·query_strips queries q and L·candidate_strips candidates i; candidate_strips is even,
    /// row a multiple of 16.
    void (*multiply)(const float* queries, std::int64_t query_strips, const float* candidates,
                     std::int64_t candidate_strips, std::int64_t width, std::int64_t row, float* scores);
};

[[nodiscard]] ScoreKernel score_kernel(InstructionSet instructions);

namespace generic {
ScoreKernel score_kernel();
}
namespace avx2 {
ScoreKernel score_kernel();
}
namespace avx512 {
ScoreKernel score_kernel();
}

}  // namespace alster
