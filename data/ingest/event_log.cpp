#include "data/ingest/event_log.hpp"

#include <algorithm>
#include <vector>

#include "data/confidence.hpp"
#include "data/id_hash.hpp"
#include "data/ingest/split_plan.hpp"

namespace alster {

namespace {

/// What the rules make of the events of a line, before any of them gets a row.
Defect weigh(std::span<const Event> events, const EventRules* rules, std::vector<EventRecord>& records)
{
    records.resize(events.size());
    for (std::size_t i = 0; i < events.size(); ++i) {
        const Event& event = events[i];
        records[i] = {.value = event.value, .confidence = std::min(largest_confidence, event.confidence)};
        records[i].set_time(event.time.time);
        if (!rules) {
            records[i].preference = mark_of(event.type);
            continue;
        }
        const auto rule = rules->find(event.type);
        if (!rule) return Defect::unknown_event;
        const Weight weight = (*rules)[*rule].weight(event.value);
        records[i].confidence = std::min(largest_confidence, records[i].confidence * weight.confidence);
        records[i].preference = weight.preference;
        records[i].rule = *rule & 0x7f;
        records[i].role = weight.role & all_roles;
    }
    return Defect::none;
}

EventFingerprint fingerprint_or_none(std::string_view id)
{
    return id.empty() ? EventFingerprint{} : fingerprint_of(id);
}

}  // namespace

/// place(event, record) gives the record its numbers.
template <class Place>
void EventLog::read_lines(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine, Place place)
{
    std::vector<EventRecord> records;
    while (!quarantine.hopeless() && reader.next()) {
        Defect defect = reader.defect();
        if (defect == Defect::none) defect = weigh(reader.events(), rules, records);
        if (defect != Defect::none) {
            const bool unread = reader.defect() != Defect::none;
            quarantine.keep(reader.path(), reader.line(), defect, unread ? reader.detail() : std::string_view());
            continue;
        }
        quarantine.pass();
        for (std::size_t i = 0; i < records.size(); ++i) {
            place(reader.events()[i], records[i]);
            weighted_ |= rules != nullptr || reader.events()[i].has_confidence;
            table_.push_back(records[i]);
            times_.add(reader.events()[i].time);
            if (reader.has_event_ids()) fingerprints_.push_back(fingerprint_or_none(reader.events()[i].id));
        }
    }
}

void EventLog::read(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine)
{
    read_lines(reader, rules, quarantine, [this](const Event& event, EventRecord& record) {
        record.user = users_.row(event.user);
        record.item = items_.row(event.item);
    });
}

void EventLog::read_held_out(InteractionReader& reader, const EventRules* rules, Quarantine& quarantine)
{
    const auto number = [](std::string_view id, const IdIndex& met, IdIndex& asked) {
        if (const auto row = met.find(id)) return *row;
        return static_cast<Column>(met.rows()) + asked.row(id);
    };
    read_lines(reader, rules, quarantine, [&](const Event& event, EventRecord& record) {
        record.user = number(event.user, users_, asked_users_);
        record.item = number(event.item, items_, asked_items_);
        record.held = 1;
    });
}

/// By this process's own numbers of the ids.
std::vector<std::uint64_t> EventLog::hashes(const IdIndex& met, const IdIndex& asked)
{
    auto hashes = id_hashes(met.column());
    const auto more = id_hashes(asked.column());
    hashes.insert(hashes.end(), more.begin(), more.end());
    return hashes;
}

void EventLog::hold_out_at_random(double fraction, std::uint64_t seed)
{
    const auto users = hashes(users_, asked_users_);
    const auto items = hashes(items_, asked_items_);
    for (auto& record : table_.records())
        record.held = held_at_random(fraction, seed, users[record.user], items[record.item]);
}

Offset EventLog::renumber(std::span<const Column> users, std::span<const Column> items)
{
    constexpr int bits_left_out = 64 - 43;
    const auto ties = hashes(items_, asked_items_);
    const auto records = table_.records();
    std::size_t kept = 0;
    for (EventRecord record : records) {
        record.tie_or_count = (ties[record.item] >> bits_left_out) & EventRecord::tie_mask;
        record.user = users[record.user];
        record.item = items[record.item];
        if (record.user >= 0 && record.item >= 0) records[kept++] = record;
    }
    table_.truncate(kept);
    for (IdIndex* ids : {&users_, &items_, &asked_users_, &asked_items_}) *ids = IdIndex("");
    return static_cast<Offset>(records.size() - kept);
}

Offset EventLog::drop(std::span<const std::uint8_t> repeated)
{
    const auto records = table_.records();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < records.size(); ++i)
        if (repeated[i] == 0) records[kept++] = records[i];
    const auto dropped = static_cast<Offset>(records.size() - kept);
    table_.truncate(kept);
    fingerprints_ = {};
    return dropped;
}

void EventLog::forget_types()
{
    for (auto& record : table_.records()) record.preference = 1;
}

std::int64_t EventLog::watermark()
{
    std::int64_t latest = 0;
    for (const auto& record : table_.records())
        if (!record.held) latest = std::max<std::int64_t>(latest, record.seconds);
    return latest;
}

void EventLog::decay(const EventRules& rules, std::int64_t watermark)
{
    const Milliseconds now = watermark * 1000;
    for (auto& record : table_.records())
        if (record.time() > 0)
            record.confidence *=
                static_cast<float>(rules[record.rule].decay(std::max<Milliseconds>(0, now - record.time())));
}

}  // namespace alster
