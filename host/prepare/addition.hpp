#pragma once
#include <optional>

#include "data/dataset_file.hpp"
#include "data/ingest/duplicates.hpp"
#include "data/ingest/event_log.hpp"
#include "data/ingest/event_rules.hpp"
#include "distributed/communicator.hpp"
#include "host/prepare/prepare.hpp"

namespace alster {

/// New events are added to a dataset (docs/update.md): its interactions go through the merging of events as one event
/// each, before all others. So they become what the whole log would have become, and what cannot is refused.

/// Counts events of `log` that are no later than the dataset, and does with them as `options.late` says. Throws
/// bad_data (65) where they are refused. Collective.
Offset judge_late(const Communicator& ranks, const PrepareOptions& options, const DatasetReader& stored, EventLog& log);

/// Throws bad_data (65) where a stored interaction does not tell what it becomes with more events: confidences that
/// decay or are the largest of several, or confidences where the dataset has none. `weighted`: new events have some.
void require_addable(const PrepareOptions& options, const DatasetReader& stored, Duplicates merging,
                     const std::optional<EventRules>& rules, bool weighted);

/// Adds this rank's share of the stored interactions, both parts of the dataset, as events without a time. Their users
/// and items keep their rows.
void add_stored(const Communicator& ranks, const DatasetReader& stored, EventTable& table);

/// Adds what the dataset says of some rows of its new version.
void add_stored(const DatasetReader& stored, Side side, RowRange rows, EventStatistics& events);

}  // namespace alster
