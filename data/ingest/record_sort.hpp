#pragma once
#include <span>

#include "data/ingest/event_table.hpp"

namespace alster {

/// Sorts in place by (user, item, held, time, sequence), all of whose values are distinct, so that there is one result.
void sort_by_user(std::span<EventRecord> records, Row users);

/// Sorts in place by (item, user); the pairs must be distinct.
void sort_by_item(std::span<EventRecord> records, Row items);

}  // namespace alster
