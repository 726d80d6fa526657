#pragma once
#include <span>
#include <string>
#include <vector>

#include "data/ingest/event_table.hpp"
#include "data/ingest/input_parts.hpp"
#include "distributed/communicator.hpp"
#include "distributed/row_partition.hpp"

namespace alster {

/// Where files may be cut between ranks: a quoted field with line breaks must not be.
enum class Cut { anywhere, between_files };

/// This rank's parts of the files. Collective. Errors: bad_data (65) for a file that cannot be read; usage (64) for
/// standard input on several ranks.
[[nodiscard]] std::vector<FilePart> share_of_input(const Communicator& ranks, const std::vector<std::string>& paths,
                                                   Records records, Cut cut = Cut::anywhere);

/// Rows a chunk, a power of two, so that a side has at most 2^21 chunks: what is counted and summed by chunk stays
/// small on every rank, and exact.
[[nodiscard]] Row rows_per_share_chunk(Row rows);

/// Cuts the rows of one side, on borders of such chunks, so that the ranks get about as many records; a row itself
/// counts as one. Collective.
[[nodiscard]] RowPartition partition_by_records(const Communicator& ranks, std::span<const EventRecord> records,
                                                Side side, Row rows);

}  // namespace alster
