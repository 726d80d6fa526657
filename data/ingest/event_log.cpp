#include "data/ingest/event_log.hpp"

#include <algorithm>
#include <vector>

#include "data/confidence.hpp"
#include "data/id_hash.hpp"
#include "data/ingest/split_plan.hpp"

namespace alster {

namespace {

/// What is made of an event: a record without rows, a defect, or nothing.
struct Weighed {
    EventRecord record = {};
    Defect defect = Defect::none;
    bool ignored = false;
};

Weighed weigh(const Event& event, const EventRules* rules, const EventFilter& filter)
{
    if (filter.ignores(event)) return {.ignored = true};
    Weighed result;
    result.record.value = event.value;
    result.record.confidence = event.confidence;
    result.record.set_time(event.time.time);
    if (!rules) {
        result.record.preference = mark_of(event.type);
        return result;
    }
    const auto number = rules->find(event.type);
    if (!number) return {.defect = Defect::unknown_event};
    const EventRule& rule = (*rules)[*number];
    if (rule.ignores(event)) return {.ignored = true};
    if (rule.needs_value() && !event.has_value) return {.defect = Defect::no_value};
    const Weight weight = rule.weight(event.value);
    result.record.confidence = std::min(largest_confidence, result.record.confidence * weight.confidence);
    result.record.preference = weight.preference;
    result.record.rule = *number & 0x7f;
    result.record.role = weight.role & all_roles;
    return result;
}

/// The same for all events of a line, before any of them gets a row.
Defect weigh(std::span<const Event> events, const EventRules* rules, const EventFilter& filter,
             std::vector<Weighed>& weighed)
{
    weighed.clear();
    for (const Event& event : events) {
        weighed.push_back(weigh(event, rules, filter));
        if (weighed.back().defect != Defect::none) return weighed.back().defect;
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
    std::vector<Weighed> weighed;
    while (!quarantine.hopeless() && reader.next()) {
        Defect defect = reader.defect();
        if (defect == Defect::none) defect = weigh(reader.events(), rules, filter_, weighed);
        if (defect != Defect::none) {
            const bool unread = reader.defect() != Defect::none;
            const std::string_view type =
                unread ? "" : reader.events()[weighed.size() - 1].type;  // the last one weighed
            quarantine.keep(reader.path(), reader.line(), defect, unread ? reader.detail() : type);
            continue;
        }
        quarantine.pass();
        for (std::size_t i = 0; i < weighed.size(); ++i) {
            has_types_ = has_types_ || !reader.events()[i].type.empty();
            for (std::size_t n = 0; n < named_types_.size(); ++n)
                if (named_types_[n] == reader.events()[i].type) met_types_[n] = 1;
            ignored_ += weighed[i].ignored;
            if (weighed[i].ignored) continue;
            place(reader.events()[i], weighed[i].record);
            weighted_ |= rules != nullptr || reader.events()[i].has_confidence;
            table_.push_back(weighed[i].record);
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
    in_training_ = {table_.size(), ignored_, weighted_, times_};
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

void EventLog::forget_held_out()
{
    table_.truncate(in_training_.events);
    if (!fingerprints_.empty()) fingerprints_.resize(in_training_.events);
    asked_users_ = IdIndex("users", IdKind::text);
    asked_items_ = IdIndex("items", IdKind::text);
    ignored_ = in_training_.ignored;
    weighted_ = in_training_.weighted;
    times_ = in_training_.times;
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

void EventLog::forget(std::span<const std::uint8_t> events)
{
    const IdColumn users = users_.column(), items = items_.column();
    users_ = IdIndex("users");
    items_ = IdIndex("items");
    const auto records = table_.records();
    std::size_t kept = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (events[i] != 0) continue;
        EventRecord record = records[i];
        record.user = users_.row(users.text(record.user));
        record.item = items_.row(items.text(record.item));
        if (!fingerprints_.empty()) fingerprints_[kept] = fingerprints_[i];
        records[kept++] = record;
    }
    table_.truncate(kept);
    in_training_.events = kept;
    if (!fingerprints_.empty()) fingerprints_.resize(kept);
    times_.below_a_minute =
        std::ranges::any_of(table_.records(), [](const EventRecord& record) { return record.time() % 60'000 != 0; });
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
