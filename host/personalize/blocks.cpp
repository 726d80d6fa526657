#include "host/personalize/blocks.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "distributed/row_partition.hpp"
#include "host/report/waiting_line.hpp"
#include "kernels/backend_sizes.hpp"
#include "kernels/top_k.hpp"

namespace alster {

Row places_of_list(Row k, Row items) { return std::clamp<Row>(items, 1, k); }

RowRange share_of_rows(const Communicator& ranks, Row rows)
{
    return RowPartition::even(rows, rows_per_chunk, ranks.size()).of(ranks.rank());
}

void for_blocks(std::span<const Row> rows, Row k, const std::function<void(std::span<const Row>)>& visit)
{
    const auto block = static_cast<std::size_t>(rows_per_batch(k));
    for (std::size_t first = 0; first < rows.size(); first += block) {
        note_progress(static_cast<Row>(first), std::ssize(rows));
        visit(rows.subspan(first, std::min(block, rows.size() - first)));
    }
}

void for_blocks(RowRange rows, Row k, const std::function<void(std::span<const Row>)>& visit)
{
    const Row block = rows_per_batch(k);
    for (Row first = rows.first; first < rows.last; first += block) {
        std::vector<Row> numbers(std::min(block, rows.last - first));
        std::iota(numbers.begin(), numbers.end(), first);
        note_progress(first - rows.first, rows.size());
        visit(numbers);
    }
}

void for_asked_blocks(const Communicator& ranks, bool all, Row rows, std::span<const Row> named, Row k,
                      const std::function<void(std::span<const Row>)>& visit)
{
    if (all)
        for_blocks(share_of_rows(ranks, rows), k, visit);
    else if (ranks.leads())
        for_blocks(named, k, visit);
}

}  // namespace alster
