#include "host/train/shards.hpp"

#include <algorithm>

#include "kernels/backend.hpp"
#include "kernels/row_cost.hpp"

namespace alster {

namespace {

constexpr Row slice_rows = rows_per_chunk * 16'384;

void add_costs(const std::vector<Offset>& offsets, Row first_row, Row width, std::vector<double>& chunk_costs)
{
    for (std::size_t r = 0; r + 1 < offsets.size(); ++r)
        chunk_costs[(first_row + static_cast<Row>(r)) / rows_per_chunk] += row_cost(offsets[r + 1] - offsets[r], width);
}

}  // namespace

std::vector<double> chunk_costs(const DatasetReader& dataset, Side side, Row width)
{
    const Row rows = dataset.rows(side);
    std::vector<double> costs((rows + rows_per_chunk - 1) / rows_per_chunk);
    for (Row first = 0; first < rows; first += slice_rows) {
        const RowRange slice{first, std::min(rows, first + slice_rows)};
        add_costs(dataset.offsets(Part::train, side, slice), first, width, costs);
    }
    return costs;
}

RowPartition partition_by_cost(const Communicator& ranks, const DatasetReader& dataset, Side side, Row width)
{
    const Row rows = dataset.rows(side);
    std::vector<double> costs((rows + rows_per_chunk - 1) / rows_per_chunk);
    if (ranks.leads())
        costs = chunk_costs(DatasetReader(dataset.file().path(), serial_access(), Verify::nothing), side, width);
    ranks.broadcast(costs);
    return {rows, rows_per_chunk, costs, ranks.size()};
}

}  // namespace alster
