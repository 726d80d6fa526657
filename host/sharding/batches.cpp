#include "host/sharding/batches.hpp"

#include <algorithm>

namespace alster {

namespace {

constexpr double first_share = 1.0 / 128;  // of the cost: eight batches where there are many rows
constexpr Row granularity = 16;            // rows, as a thread takes them

}  // namespace

std::vector<RowRange> growing_batches(const Interactions& interactions, const RowCost& cost_of_row)
{
    const Row rows = interactions.rows();
    const auto cost = [&](RowRange some) {
        double sum = 0;
        for (Row r = some.first; r < some.last; ++r) sum += cost_of_row(interactions.entries(r));
        return sum;
    };
    double border = first_share * cost({0, rows});
    double before = 0;
    std::vector<RowRange> batches;
    for (Row first = 0, row = 0; row < rows;) {
        const Row next = std::min(rows, row + granularity);
        before += cost({row, next});
        row = next;
        if (before < border && row < rows) continue;
        batches.push_back({first, row});
        first = row;
        while (border <= before) border *= 2;
    }
    return batches;
}

std::vector<std::span<Column>> columns_of(Interactions& interactions, std::span<const RowRange> batches)
{
    std::vector<std::span<Column>> columns;
    for (const auto [first, last] : batches) {
        const Offset begin = interactions.offsets[first];
        columns.push_back(std::span(interactions.columns).subspan(begin, interactions.offsets[last] - begin));
    }
    return columns;
}

}  // namespace alster
