#pragma once
#include "data/ingest/event_table.hpp"
#include "distributed/communicator.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// Brings every record to the rank that owns its user (or item), in no particular order. What has been sent gives its
/// memory back at once, so that a rank holds little more than the larger of what it had and what it gets. Collective.
void bring_to_owners(const Communicator& ranks, EventTable& records, Side side, const RowPartition& rows);

}  // namespace alster
