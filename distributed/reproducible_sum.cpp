#include "distributed/reproducible_sum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace alster {

double reproducible_sum(const Communicator& ranks, std::span<const double> mine, Row rows, Row chunk)
{
    std::vector<double> chunks;
    double largest = 0;
    for (std::size_t first = 0; first < mine.size(); first += static_cast<std::size_t>(chunk)) {
        const auto part = mine.subspan(first, std::min<std::size_t>(chunk, mine.size() - first));
        chunks.push_back(std::accumulate(part.begin(), part.end(), 0.0));
        largest = std::max(largest, std::abs(chunks.back()));
    }
    // the bound, and with it the quantum, must not depend on how the rows are shared
    largest = ranks.max(largest);
    ExactSum sum(1, largest * static_cast<double>((rows + chunk - 1) / chunk));
    for (const double& value : chunks) sum.add(std::span(&value, 1));
    ranks.sum(sum);
    return sum.values()[0];
}

}  // namespace alster
