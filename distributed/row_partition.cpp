#include "distributed/row_partition.hpp"

#include <algorithm>
#include <numeric>

namespace alster {

RowPartition::RowPartition(Row rows, Row chunk, std::span<const double> chunk_costs, int ranks)
{
    const double total = std::accumulate(chunk_costs.begin(), chunk_costs.end(), 0.0);
    first_.push_back(0);
    std::size_t k = 0;
    double before = 0;  // cost of the chunks before k
    for (int rank = 1; rank < ranks; ++rank) {
        const double target = total * rank / ranks;
        // take a chunk as long as that brings the cut nearer to the target
        while (k < chunk_costs.size() && before + chunk_costs[k] / 2 < target) before += chunk_costs[k++];
        first_.push_back(std::min(rows, static_cast<Row>(k) * chunk));
    }
    first_.push_back(rows);
}

int RowPartition::owner(Row row) const
{
    return static_cast<int>(std::upper_bound(first_.begin(), first_.end(), row) - first_.begin()) - 1;
}

std::vector<Row> RowPartition::sizes() const
{
    std::vector<Row> sizes;
    for (int rank = 0; rank < ranks(); ++rank) sizes.push_back(of(rank).size());
    return sizes;
}

RowPartition RowPartition::even(Row rows, Row chunk, int ranks)
{
    const std::vector<double> costs((rows + chunk - 1) / chunk, 1.0);
    return {rows, chunk, costs, ranks};
}

}  // namespace alster
