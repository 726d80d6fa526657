#pragma once
#include <cstdint>
#include <optional>

#include "data/ingest/event_rules.hpp"
#include "data/ingest/event_table.hpp"
#include "data/ingest/id_index.hpp"
#include "data/ingest/interaction_reader.hpp"
#include "data/ingest/quarantine.hpp"

namespace alster {

/// All events of a job in memory, with the rows of their ids.
class EventLog {
public:
    /// Reads all lines; those with a defect go to the quarantine. `rules` may be null: an event then has its own
    /// confidence and preference 1.
    void read(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine);

    /// Reads events that are held out. Those of a user or an item that read() has not met are counted and dropped.
    void read_held_out(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine);

    /// Lets confidences decay by age against the latest training event. Call it once, when the split is marked.
    void decay(const EventRules& rules);

    /// The latest time among training events, Unix seconds; 0: the log has no times.
    [[nodiscard]] std::int64_t watermark();

    [[nodiscard]] IdIndex& users() { return users_; }
    [[nodiscard]] IdIndex& items() { return items_; }
    [[nodiscard]] EventTable& table() { return table_; }
    [[nodiscard]] Offset events() const { return events_; }
    [[nodiscard]] Offset unknown() const { return unknown_; }  // held-out events of an unknown user or item

private:
    template <class Place>
    void read_lines(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine, Place place);

    IdIndex users_{"users"};
    IdIndex items_{"items"};
    EventTable table_;
    Offset events_ = 0;
    Offset unknown_ = 0;
};

}  // namespace alster
