#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "data/ingest/event_table.hpp"

namespace alster {

/// How interactions are set aside for measuring.
///   random:F  each (user, item) pair with probability F, by a hash of the seed and both ids
///   last:N    the latest N pairs of each user, but never its only one; of one time by a hash of the item's id
///   time:F    the latest fraction F of all events
struct SplitPlan {
    enum class Kind { none, random, last, time };
    Kind kind = Kind::none;
    double fraction = 0;    // random and time, 0 < F < 1
    std::int64_t last = 0;  // last, at least 1
    std::string text = "none";
    std::string option = "--split";  // that asked for it

    /// Error: usage (64).
    [[nodiscard]] static SplitPlan parse(const std::string& text, const std::string& option = "--split");
};

/// What a split of this name makes of figures measured by it, in a sentence; "" for one that lets nothing leak.
[[nodiscard]] std::string leak_of_split(const std::string& text);

/// Adds up counts over all processes, element by element.
using SumOverAll = std::function<void(std::span<Offset>)>;

/// Whether a random split holds out a pair, given the hashes (id_hash) of its ids.
[[nodiscard]] bool held_at_random(double fraction, std::uint64_t seed, std::uint64_t user, std::uint64_t item);

/// Marks the events that a split by time holds out, each process its own; returns the time from which on they are held
/// out. Error: usage (64) for a log without times.
Milliseconds mark_latest(std::span<EventRecord> records, const SplitPlan& plan, const SumOverAll& sum);

}  // namespace alster
