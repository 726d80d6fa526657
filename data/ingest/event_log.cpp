#include "data/ingest/event_log.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace alster {

namespace {

/// What the rules make of the events of a line, before any of them gets a row.
Defect weigh(std::span<const Event> events, const EventRules* rules, std::vector<EventRecord>& records)
{
    records.resize(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        const Event& event = events[i];
        records[i] = {.value = event.value, .confidence = event.confidence};
        records[i].set_time(event.time);
        if (!rules) continue;
        const auto rule = rules->find(event.type);
        if (!rule) return Defect::unknown_event;
        const Weight weight = (*rules)[*rule].weight(event.value);
        constexpr float most = std::numeric_limits<float>::max();
        records[i].confidence = std::min(most, records[i].confidence * weight.confidence);
        records[i].preference = weight.preference;
        records[i].rule = *rule & 0x7f;
    }
    return Defect::none;
}

}  // namespace

/// place(event, record) gives the record its rows; false where it has none.
template <class Place>
void EventLog::read_lines(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine, Place place)
{
    std::vector<EventRecord> records;
    while (reader.next()) {
        Defect defect = reader.defect();
        if (defect == Defect::none) defect = weigh(reader.events(), rules, records);
        if (defect != Defect::none) {
            quarantine.keep(reader.path(), reader.line(), defect);
            continue;
        }
        quarantine.pass();
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (!place(reader.events()[i], records[i])) continue;
            records[i].sequence = static_cast<std::uint64_t>(events_++) & ((std::uint64_t{1} << 46) - 1);
            table_.push_back(records[i]);
        }
    }
}

void EventLog::read(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine)
{
    read_lines(reader, rules, quarantine, [this](const Event& event, EventRecord& record) {
        record.user = users_.row(event.user);
        record.item = items_.row(event.item);
        return true;
    });
}

void EventLog::read_held_out(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine)
{
    read_lines(reader, rules, quarantine, [this](const Event& event, EventRecord& record) {
        const auto user = users_.find(event.user);
        const auto item = items_.find(event.item);
        if (!user || !item) return ++unknown_, false;
        record.user = *user;
        record.item = *item;
        record.held = 1;
        return true;
    });
}

std::int64_t EventLog::watermark()
{
    std::int64_t latest = 0;
    for (const auto& record : table_.records())
        if (!record.held) latest = std::max<std::int64_t>(latest, record.seconds);
    return latest;
}

void EventLog::decay(const EventRules& rules)
{
    const Milliseconds now = watermark() * 1000;
    for (auto& record : table_.records())
        if (record.time() > 0)
            record.confidence *=
                static_cast<float>(rules[record.rule].decay(std::max<Milliseconds>(0, now - record.time())));
}

}  // namespace alster
