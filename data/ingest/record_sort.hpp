#pragma once
#include <functional>
#include <span>
#include <vector>

#include "data/ingest/event_table.hpp"

namespace alster {

/// Sorts in place by (user, item, held, time, value, confidence, preference, rule): events that are equal in all of
/// them may change places, so that there is one result whatever the order was. `users`: the range that the records'
/// users are in.
void sort_by_user(std::span<EventRecord> records, RowRange users);

/// Sorts in place by (item, user); the pairs must be distinct.
void sort_by_item(std::span<EventRecord> records, RowRange items);

/// Puts the records of each of `groups` groups together, in the order of the groups, and returns where they begin
/// (groups + 1). The order within a group is no particular one.
[[nodiscard]] std::vector<Offset> sort_by_group(std::span<EventRecord> records, std::size_t groups,
                                                const std::function<std::size_t(const EventRecord&)>& group_of);

}  // namespace alster
