#pragma once
#include <cstdint>

#include "data/interactions.hpp"
#include "kernels/dual_form.hpp"

namespace alster {

/// What the rows of one launch share; all pointers are to device memory.
/// `offsets` are those of the whole shard, the other arrays of interactions hold it from `first_entry` on.
struct RowProblem {
    const float* table = nullptr;            // (…, width) fixed rows; in bf16 the rounded copy is read instead
    const std::uint16_t* rounded = nullptr;  // (…, width) bf16, or null
    Row width = 0;
    const Offset* offsets = nullptr;     // (rows + 1)
    const Column* columns = nullptr;     // rows of the table
    const float* confidences = nullptr;  // or null: all 1
    const float* preferences = nullptr;  // or null: all 1
    Offset first_entry = 0;
    const float* base = nullptr;  // (width) α0 Λ
    double lambda = 0;            // as in RowObjective, and so the rest
    double nu = 0;
    double count_offset = 0;
    double bias_lambda = 0;
    bool biased = false;
    float* X = nullptr;              // (rows, width)
    double* residuals = nullptr;     // (rows) Σ c (p − x·y)²
    double* penalties = nullptr;     // (rows) Σ λ_u x²
    std::uint8_t* failed = nullptr;  // (rows) 1: a pivot was not positive, or x is not finite
};

constexpr bool dual_is_cheaper(Offset n, Row width) { return n * dual_form_weight <= width * primal_form_weight; }

/// Entries [first, last) of a long row, counted within it: chunks are assembled by blocks of their own, and added in
/// their order.
struct Chunk {
    Row row = 0;
    Offset first = 0;
    Offset last = 0;
};

/// Assembled chunks: triangles and right-hand sides, one after another.
struct Partials {
    const float* triangles = nullptr;
    const float* right = nullptr;
    const std::int64_t* first_chunk = nullptr;  // of the k-th row of the launch
    std::size_t slot = 0;                       // floats of one triangle
};

}  // namespace alster
