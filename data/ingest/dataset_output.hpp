#pragma once
#include <filesystem>

#include "data/dataset_file.hpp"
#include "data/ingest/duplicates.hpp"
#include "data/ingest/event_log.hpp"

namespace alster {

/// Mean, least and greatest value of the training records, into `info`.
void describe_values(std::span<const EventRecord> records, DatasetInfo& info);

/// Writes merged events as a dataset, a block of rows at a time. `info` holds the counts; the log's table is used up:
/// it is sorted by item and its held-out records are gone.
void write_dataset(const std::filesystem::path& path, const DatasetInfo& info, EventLog& log, const MergeReport& merge,
                   const Metadata& metadata);

}  // namespace alster
