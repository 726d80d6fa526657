#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "data/ingest/event_table.hpp"

namespace alster {

/// What becomes of events that a log holds again, because it was delivered twice.
///   automatic  an event that repeats another in everything is dropped where times are finer than a minute
///   drop       it is dropped whatever the times
///   keep       it counts again
/// Where the log names ids of events, these alone decide, and `keep` does not look at them.
enum class Redelivered { automatic, drop, keep };

/// 128 bits of the SHA-256 of an event's id; all 0: it has none. Among n ids two are taken for one with a chance of
/// about n^2 / 2^128: 3e-21 for 10^9.
struct EventFingerprint {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    bool operator==(const EventFingerprint&) const = default;
};
[[nodiscard]] EventFingerprint fingerprint_of(std::string_view event_id);

/// Finds the events that repeat an earlier one: same user, item, rule, value, confidence, preference and time, which
/// must be known. The table is sorted by sort_by_user(), and holds all events of each of its users. Where `drop`, they
/// are removed. Returns how many there are. Of events by `mixed_rule`, which is that of many types, none repeats
/// another.
Offset find_repeated(EventTable& table, bool drop, std::optional<std::size_t> mixed_rule = {});

/// 32 bits that stand for a type in the place of a preference, while no rules say what the type means.
[[nodiscard]] float mark_of(std::string_view type);

}  // namespace alster
