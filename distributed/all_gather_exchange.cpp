#include "distributed/all_gather_exchange.hpp"

#include <algorithm>
#include <vector>

#include "distributed/seal.hpp"

namespace alster {

namespace {

/// Of a rank, in one slice: long enough for a network's full rate, short beside a table that is worth slicing.
constexpr Row part_bytes = Row{4} << 20;

}  // namespace

AllGatherExchange::AllGatherExchange(const Communicator& ranks, const RowPartition& partition,
                                     const ExchangeOptions& options)
    : FactorExchange(options), ranks_(ranks), partition_(partition)
{
}

std::size_t AllGatherExchange::staging(Row width) const
{
    if (options().wire == Wire::fp32) return 0;
    return static_cast<std::size_t>(partition_.of(ranks_.rank()).size() * bytes_of_row(width)) / sizeof(float) + 1;
}

void AllGatherExchange::gather(const RowBuffers& rows, Row width, const StagesArrived& arrived) const
{
    const auto mine = to_wire(options().wire, rows.mine, rows.staging);
    const Row first = partition_.of(ranks_.rank()).first;
    for (Row slice = 0, count = slices(width); slice < count; ++slice) {
        std::vector<RowRange> of_ranks;
        for (int rank = 0; rank < ranks_.size(); ++rank) of_ranks.push_back(part_of(rank, slice, count));
        const RowRange own = of_ranks[ranks_.rank()];
        const Row bytes = bytes_of_row(width);
        gather_slice(mine.subspan((own.first - first) * bytes, own.size() * bytes), rows, width, of_ranks);
    }
    arrived(0);
}

Row AllGatherExchange::slices(Row width) const
{
    const Row most = part_bytes * ranks_.size();
    return std::max<Row>(1, (table_rows() * bytes_of_row(width) + most - 1) / most);
}

RowRange AllGatherExchange::part_of(int rank, Row slice, Row slices) const
{
    const RowRange rows = partition_.of(rank);
    return {rows.first + rows.size() * slice / slices, rows.first + rows.size() * (slice + 1) / slices};
}

void AllGatherExchange::gather_slice(std::span<const std::byte> mine, const RowBuffers& rows, Row width,
                                     std::span<const RowRange> of_ranks) const
{
    const auto place_of = [&](RowRange part) { return rows.table.subspan(part.first * width, part.size() * width); };
    std::vector<std::span<std::byte>> parts;
    for (const RowRange part : of_ranks) parts.push_back(received_at(options().wire, place_of(part)));
    ranks_.all_gather_rows(mine, parts, bytes_of_row(width));
    if (options().checked) require_intact_parts(mine, parts, of_ranks);
    for (const RowRange part : of_ranks) {
        from_wire(options().wire, place_of(part));
        rows.arrived(part);
    }
}

void AllGatherExchange::require_intact_parts(std::span<const std::byte> mine,
                                             std::span<const std::span<std::byte>> parts,
                                             std::span<const RowRange> of_ranks) const
{
    const auto sums = ranks_.all_gather(sealed(mine, 0, 0).crc);
    for (int rank = 0; rank < ranks_.size(); ++rank)
        require_intact(parts[rank], {of_ranks[rank].first, of_ranks[rank].last - 1, sums[rank]}, rank, ranks_.rank());
}

ReceivedRows AllGatherExchange::received() const
{
    const Row others = table_rows() - partition_.of(ranks_.rank()).size();
    return {others, others};
}

}  // namespace alster
