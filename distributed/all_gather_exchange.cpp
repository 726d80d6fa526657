#include "distributed/all_gather_exchange.hpp"

namespace alster {

AllGatherExchange::AllGatherExchange(const Communicator& ranks, const RowPartition& partition)
    : ranks_(ranks), rows_of_(partition.sizes()), rows_(partition.rows())
{
}

void AllGatherExchange::gather(const RowBuffers& rows, Row width) const
{
    ranks_.all_gather_rows(rows.mine, rows.table, rows_of_, width);
    rows.arrived({0, rows_});
}

}  // namespace alster
