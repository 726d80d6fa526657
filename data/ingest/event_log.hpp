#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "data/ingest/event_filter.hpp"
#include "data/ingest/event_rules.hpp"
#include "data/ingest/event_table.hpp"
#include "data/ingest/id_index.hpp"
#include "data/ingest/interaction_reader.hpp"
#include "data/ingest/quarantine.hpp"
#include "data/ingest/redeliveries.hpp"
#include "data/ingest/time_statistics.hpp"

namespace alster {

/// The events that one process has read, with the numbers that it has given their ids; renumber() puts the rows in
/// their place that all processes agree on.
class EventLog {
public:
    explicit EventLog(EventFilter filter = {})
        : filter_(std::move(filter)), named_types_(filter_.named_types()), met_types_(named_types_.size())
    {
    }

    /// Reads lines until the end, or until the quarantine is hopeless; those with a defect go there. `rules` may be
    /// null: an event then has its own confidence and preference 1.
    void read(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine);

    /// Reads events that are held out. Call it after read(): ids that were not met there are numbered from
    /// users().rows() on (items().rows()), in asked_users() (asked_items()), always as text.
    void read_held_out(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine);

    /// Takes back what read_held_out() has read.
    void forget_held_out();

    /// Marks each (user, item) pair as held out with this probability, by a hash of the seed and both ids: before
    /// renumber().
    void hold_out_at_random(double fraction, std::uint64_t seed);

    /// Gives each record its row by the numbers of its ids; −1 means that the id is unknown. Such records are dropped;
    /// returns how many. The ids are forgotten.
    Offset renumber(std::span<const Column> users, std::span<const Column> items);

    /// Drops the events that have a 1; returns how many. Before renumber().
    Offset drop(std::span<const std::uint8_t> repeated);

    /// Drops the events that have a 1 and the ids that no other event has, as if they had not stood in the log. Before
    /// renumber(), and not after read_held_out().
    void forget(std::span<const std::uint8_t> events);

    /// The preferences of a log without rules, which stood for types while it was read.
    void forget_types();

    /// Lets confidences decay by age against `watermark`, the latest training event in Unix seconds.
    void decay(const EventRules& rules, std::int64_t watermark);

    /// The latest time among training events, Unix seconds; 0: the log has no times.
    [[nodiscard]] std::int64_t watermark();

    /// Of all events that were read, also those held out.
    [[nodiscard]] const TimeStatistics& times() const { return times_; }

    /// The ids of events, where the log has a column of them: one for each event of table(), in its order.
    [[nodiscard]] std::span<const EventFingerprint> fingerprints() const { return fingerprints_; }

    [[nodiscard]] const IdIndex& users() const { return users_; }
    [[nodiscard]] const IdIndex& items() const { return items_; }
    [[nodiscard]] const IdIndex& asked_users() const { return asked_users_; }
    [[nodiscard]] const IdIndex& asked_items() const { return asked_items_; }
    [[nodiscard]] EventTable& table() { return table_; }
    [[nodiscard]] Offset ignored() const { return ignored_; }    // events, by the filter or by a rule
    [[nodiscard]] bool has_types() const { return has_types_; }  // an event that was read has a type

    /// For each of the filter's named_types(), whether an event that was read is of it: 1 or 0.
    [[nodiscard]] const std::vector<Offset>& met_types() const { return met_types_; }

    /// Whether an event has a confidence that somebody gave: by rules, or in the log. Without one a merged pair's
    /// confidence is nothing but its number of lines.
    [[nodiscard]] bool weighted() const { return weighted_; }

private:
    [[nodiscard]] static std::vector<std::uint64_t> hashes(const IdIndex& met, const IdIndex& asked);
    template <class Place>
    void read_lines(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine, Place place);

    EventFilter filter_;
    std::vector<std::string> named_types_;
    std::vector<Offset> met_types_;
    IdIndex users_{"users"};
    IdIndex items_{"items"};
    IdIndex asked_users_{"users", IdKind::text};
    IdIndex asked_items_{"items", IdKind::text};
    EventTable table_;
    TimeStatistics times_;
    std::vector<EventFingerprint> fingerprints_;
    bool weighted_ = false;
    bool has_types_ = false;
    Offset ignored_ = 0;
    struct Seen {  // by the time that read() ended
        std::size_t events = 0;
        Offset ignored = 0;
        bool weighted = false;
        TimeStatistics times;
    };
    Seen in_training_;
};

}  // namespace alster
