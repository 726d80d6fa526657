#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace alster {

/// How good a whole page is, seen from its upper left corner. With rows and columns counted from 1:
///
///   DCG2D = Σ_rows Σ_columns (2^rel − 1) / log2(row + column)
///
/// where rel is 1 for a relevant title and 0 for others. A title that is there twice counts once, at its place with the
/// smallest row + column. The ideal page has all relevant titles, as many as it has places, along its anti-diagonals
/// from the corner, in rows of the same lengths.
struct PageGain {
    double gain = 0;   // DCG2D
    double ideal = 0;  // of the best page of this shape

    /// N2DCG, from 0 to 1; 0 where nothing is relevant.
    [[nodiscard]] double normalized() const { return ideal > 0 ? gain / ideal : 0; }
};

/// `relevant`: items, ascending.
[[nodiscard]] PageGain page_gain(const std::vector<std::vector<std::int32_t>>& rows,
                                 std::span<const std::int32_t> relevant);

}  // namespace alster
