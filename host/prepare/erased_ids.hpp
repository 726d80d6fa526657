#pragma once
#include <cstdint>
#include <string>

#include "data/ingest/event_log.hpp"
#include "data/tombstones.hpp"

namespace alster {

/// The ids that were erased from a dataset; none where `dataset` is "". Throws as DatasetReader.
[[nodiscard]] Tombstones tombstones_of(const std::string& dataset);

/// Drops the events of erased users and items, and their ids, as if they had not stood in the log. Returns how many.
/// Before read_held_out(), whose events of such ids are then of unknown ones.
std::int64_t drop_erased(const Tombstones& tombstones, EventLog& log);

}  // namespace alster
