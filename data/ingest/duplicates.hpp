#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "data/ingest/event_table.hpp"

namespace alster {

/// What becomes of several events of one user with one item.
///   sum, max  values and confidences are summed, or the largest kept; the preference is Σ c·p / Σ c
///   last      the latest event counts; of several of one time that of the largest value, then confidence, then
///             preference: which of them stood last in the input would change with the order of its lines
/// The pair has the roles of all of its events, and the time of the latest that consumed the item; where none did, of
/// the latest.
enum class Duplicates { sum, max, last };

/// Of the training events of some rows of one side.
struct EventStatistics {
    std::vector<std::int32_t> counts;  // (rows) consumed ones
    std::vector<std::int64_t> last;    // (rows) Unix seconds, 0: unknown or none
};

/// From merged records, whose users (items) must be in the range; those held out do not count.
[[nodiscard]] EventStatistics event_statistics(std::span<const EventRecord> records, Side side, RowRange rows);

struct MergeReport {
    Offset training = 0;      // pairs left to learn from
    Offset held_out = 0;      // pairs set aside
    Offset duplicates = 0;    // events that went into another of the same pair
    Offset held_dropped = 0;  // held-out events whose pair is consumed in the training part
};

/// Leaves one record a pair, or one of each part where training has not consumed the pair, in the order of (user,
/// item). The table must be sorted by sort_by_user(), and hold all events of each of its users. `hold_last` > 0 then
/// marks each user's latest training pairs, so many of them, as held out, but not its only one.
[[nodiscard]] MergeReport merge_duplicates(EventTable& table, Duplicates how, std::int64_t hold_last);

}  // namespace alster
