#pragma once
#include <limits>
#include <span>
#include <vector>

#include "data/dataset_file.hpp"
#include "data/ingest/event_table.hpp"

namespace alster {

/// The values of training records.
struct ValueSummary {
    std::vector<double> sums;  // (users of the range) Σ value of each
    float least = std::numeric_limits<float>::infinity();
    float most = -std::numeric_limits<float>::infinity();
};

/// `records` are merged ones, in the order of (user, item), with users of the range.
[[nodiscard]] ValueSummary summarize_values(std::span<const EventRecord> records, RowRange users);

/// Writes the rows of a range in blocks: both parts by user from merged records in the order of (user, item), or the
/// training part by item from training records in the order of (item, user). The writer must stand at the range.
void write_by_user(DatasetWriter& file, std::span<const EventRecord> records, RowRange users, const DatasetInfo& info);
void write_by_item(DatasetWriter& file, std::span<const EventRecord> records, RowRange items, const DatasetInfo& info);

}  // namespace alster
