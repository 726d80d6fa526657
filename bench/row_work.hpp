#pragma once
#include <array>

#include "kernels/cuda/row_problem.hpp"
#include "kernels/cuda/row_shape.hpp"

namespace alster {

/// What the exact solves of one side's rows take, each in its cheaper form, as the CUDA backend makes them: what floors
/// are computed from.
struct RowWork {
    double assembly_gflop = 0;                    // the lower triangle: primal n w², dual n² w
    double cholesky_gflop = 0;                    // order³ / 3
    double rows_read = 0;                         // of the table, each as often as it is read
    std::array<std::int64_t, bins> systems = {};  // by their order: up to 32, 64, 128, 256, above
};

/// How often a row of the table is read for one of its entries: once for each panel it is part of, and once for the
/// residuals; in the dual form once more for x. A large system is assembled in squares, each of which reads its rows'
/// part and its columns'.
[[nodiscard]] inline double times_read(Offset n, Row width, bool dual)
{
    const int tiles = tiles_of(dual ? n : width);
    double assembly = 1;
    if (tiles > bin_tiles[large_bin - 1]) {
        constexpr int side = Shape<large_bin>::tiles;
        const double squares = tile_pairs((tiles + side - 1) / side);
        assembly = squares * 2 * side * tile / static_cast<double>(dual ? n : width);
    }
    return assembly + (dual ? 2 : 1);
}

[[nodiscard]] inline RowWork work_of(const Interactions& side, Row width)
{
    RowWork work;
    const auto w = static_cast<double>(width);
    for (Row r = 0; r < side.rows(); ++r) {
        const Offset entries = side.entries(r);
        if (entries == 0) continue;
        const auto n = static_cast<double>(entries);
        const bool dual = dual_is_cheaper(entries, width);
        const double order = dual ? n : w;
        work.assembly_gflop += 1e-9 * n * w * order;
        work.cholesky_gflop += 1e-9 * order * order * order / 3;
        work.rows_read += n * times_read(entries, width, dual);
        int bin = 0;
        while (bin < large_bin && tiles_of(dual ? entries : width) > bin_tiles[bin]) ++bin;
        ++work.systems[static_cast<std::size_t>(bin)];
    }
    return work;
}

}  // namespace alster
