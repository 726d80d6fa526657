#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/ingest/event_filter.hpp"
#include "data/ingest/time_statistics.hpp"
#include "distributed/communicator.hpp"
#include "host/prepare/prepare.hpp"

namespace alster {

/// Those of all ranks. Collective.
[[nodiscard]] TimeStatistics sum(const Communicator& ranks, TimeStatistics times);

/// Throws usage (64) where events are to be ignored by their type, and no event has one: all would be kept, or none.
void require_types(const EventFilter& filter, bool has_types);

/// Throws bad_data (65) where a table lacks a column that another has: its events would have a value of 1 beside others
/// that were given, or no time. Collective.
void require_same_columns(const Communicator& ranks, const std::map<std::size_t, unsigned>& of_files,
                          std::span<const std::string> paths);

/// A line for each type that the filter names and no event of any rank has. Collective.
[[nodiscard]] std::vector<std::string> type_warnings(const Communicator& ranks, const EventFilter& filter,
                                                     std::vector<Offset> met);

/// ": all 5 events are ignored …", why no event is left of a log; "": there was none.
[[nodiscard]] std::string why_nothing_is_left(const PrepareReport& report, const std::string& first_bad);

/// What to say of the values: where all must be times, and no column was taken for times. Empty: nothing.
[[nodiscard]] std::string value_warning(float least, bool has_times);

}  // namespace alster
