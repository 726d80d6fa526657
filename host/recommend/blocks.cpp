#include "host/recommend/blocks.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "distributed/row_partition.hpp"
#include "kernels/backend.hpp"

namespace alster {

namespace {

constexpr Row block = 64 * rows_per_chunk;

}  // namespace

RowRange share_of_rows(const Communicator& ranks, Row rows)
{
    return RowPartition::even(rows, rows_per_chunk, ranks.size()).of(ranks.rank());
}

void for_blocks(std::span<const Row> rows, const std::function<void(std::span<const Row>)>& visit)
{
    for (std::size_t first = 0; first < rows.size(); first += block)
        visit(rows.subspan(first, std::min<std::size_t>(block, rows.size() - first)));
}

void for_blocks(RowRange rows, const std::function<void(std::span<const Row>)>& visit)
{
    for (Row first = rows.first; first < rows.last; first += block) {
        std::vector<Row> numbers(std::min(block, rows.last - first));
        std::iota(numbers.begin(), numbers.end(), first);
        visit(numbers);
    }
}

void for_asked_blocks(const Communicator& ranks, bool all, Row rows, std::span<const Row> named,
                      const std::function<void(std::span<const Row>)>& visit)
{
    if (all)
        for_blocks(share_of_rows(ranks, rows), visit);
    else if (ranks.leads())
        for_blocks(named, visit);
}

}  // namespace alster
