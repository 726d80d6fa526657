#include "distributed/all_gather_exchange.hpp"

#include "distributed/seal.hpp"

namespace alster {

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
    const auto all = received_at(options().wire, rows.table);
    ranks_.all_gather_rows(mine, all, partition_.sizes(), bytes_of_row(width));
    if (options().checked) require_intact_blocks(mine, all, bytes_of_row(width));
    from_wire(options().wire, rows.table);
    rows.arrived({0, table_rows()});
    arrived(0);
}

void AllGatherExchange::require_intact_blocks(std::span<const std::byte> mine, std::span<const std::byte> all,
                                              Row row_bytes) const
{
    const auto sums = ranks_.all_gather(sealed(mine, 0, 0).crc);
    for (int rank = 0; rank < ranks_.size(); ++rank) {
        const RowRange rows = partition_.of(rank);
        require_intact(all.subspan(rows.first * row_bytes, rows.size() * row_bytes),
                       {rows.first, rows.last - 1, sums[rank]}, rank, ranks_.rank());
    }
}

ReceivedRows AllGatherExchange::received() const
{
    const Row others = table_rows() - partition_.of(ranks_.rank()).size();
    return {others, others};
}

}  // namespace alster
