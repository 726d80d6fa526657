#pragma once
#include <cstddef>

#include "data/interactions.hpp"

namespace alster {

/// Rows are summed and rotated in chunks of this many, counted by GLOBAL row number; shards are cut on chunk borders.
/// So no result depends on how many ranks share the rows.
inline constexpr Row rows_per_chunk = 64;

/// A symmetric (w, w) matrix as its lower triangle, packed by rows: element (a, b ≤ a) at a(a + 1)/2 + b.
[[nodiscard]] constexpr std::size_t triangle_size(Row w) { return static_cast<std::size_t>(w) * (w + 1) / 2; }
[[nodiscard]] constexpr std::size_t triangle_index(Row a, Row b)
{
    return static_cast<std::size_t>(a) * (a + 1) / 2 + b;
}

/// Rows with more entries than this are assembled in parts of as many, counted from their first entry, and the parts
/// are summed in their order: threads, or ranks, share them without being seen in the result.
inline constexpr Offset entries_per_part = 32'768;

/// The same where such rows are solved by steps of conjugate gradients: those of up to so many entries are, by one
/// thread (about a fifth of a second at 256 factors and 3 steps); longer ones exactly.
inline constexpr Offset entries_per_part_with_cg = Offset{1} << 20;

}  // namespace alster
