#pragma once
#include <algorithm>

#include "data/row_buffers.hpp"

namespace alster {

/// RowBuffers over host memory, rows of `width` floats.
[[nodiscard]] inline RowBuffers host_row_buffers(std::span<const float> mine, std::span<float> table,
                                                 std::span<float> staging, Row width)
{
    const auto pack = [mine, width](std::span<const Column> rows, std::span<float> to) {
        for (std::size_t n = 0; n < rows.size(); ++n)
            std::copy_n(mine.begin() + rows[n] * width, width, to.begin() + static_cast<Row>(n) * width);
    };
    return {mine, table, staging, pack, [](RowRange) {}};
}

}  // namespace alster
