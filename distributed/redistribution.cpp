#include "distributed/redistribution.hpp"

#include <algorithm>
#include <cassert>

namespace alster {

namespace {

RowRange overlap(RowRange a, RowRange b)
{
    const Row first = std::max(a.first, b.first);
    return {first, std::max(first, std::min(a.last, b.last))};
}

/// `rows` of a block that begins with row `begin`.
template <class T>
std::span<T> rows_of(std::span<T> block, RowRange rows, Row begin, Row width)
{
    if (rows.empty()) return {};
    return block.subspan((rows.first - begin) * width, rows.size() * width);
}

}  // namespace

std::vector<float> redistributed(const Communicator& ranks, std::span<const float> mine, const RowPartition& from,
                                 const RowPartition& to, Row width)
{
    assert(from.rows() == to.rows());
    const int size = ranks.size();
    const Row row_bytes = width * Row{sizeof(float)};
    const RowRange had = from.of(ranks.rank());
    const RowRange wanted = to.of(ranks.rank());
    std::vector<float> result(static_cast<std::size_t>(wanted.size() * width));
    const auto in = [&](RowRange rows) { return rows_of(std::span(result), rows, wanted.first, width); };
    std::ranges::copy(rows_of(mine, overlap(had, wanted), had.first, width), in(overlap(had, wanted)).begin());
    for (int distance = 1; distance < size; ++distance) {
        const int target = (ranks.rank() + distance) % size;
        const int source = (ranks.rank() + size - distance) % size;
        const auto out = rows_of(mine, overlap(had, to.of(target)), had.first, width);
        const auto incoming = in(overlap(from.of(source), wanted));
        ranks.start_transfer(std::as_bytes(out), target, std::as_writable_bytes(incoming), source, row_bytes).wait();
    }
    return result;
}

}  // namespace alster
