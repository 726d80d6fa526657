#include "data/ingest/redeliveries.hpp"

#include <algorithm>
#include <bit>
#include <span>

#include "data/ingest/event_rules.hpp"
#include "data/sha256.hpp"

namespace alster {

namespace {

/// Whether two events are one that was delivered twice: all their numbers have the same bits, and their time is known.
bool same_event(const EventRecord& a, const EventRecord& b)
{
    const auto bits = [](float number) { return std::bit_cast<std::uint32_t>(number); };
    return a.user == b.user && a.item == b.item && a.held == b.held && a.time() == b.time() && a.time() != 0 &&
           a.rule == b.rule && bits(a.value) == bits(b.value) && bits(a.confidence) == bits(b.confidence) &&
           bits(a.preference) == bits(b.preference);
}

}  // namespace

EventFingerprint fingerprint_of(std::string_view event_id)
{
    Sha256 hash;
    hash.update(std::as_bytes(std::span(event_id)));
    const auto digest = hash.digest();
    EventFingerprint fingerprint;
    std::copy_n(digest.begin(), sizeof(fingerprint), std::as_writable_bytes(std::span(&fingerprint, 1)).begin());
    return fingerprint;
}

Offset find_repeated(EventTable& table, bool drop, std::optional<std::size_t> mixed_rule)
{
    const auto same = [&](const EventRecord& a, const EventRecord& b) {
        return same_event(a, b) && a.rule != mixed_rule.value_or(EventRules::most_rules);
    };
    const auto records = table.records();
    if (!drop) {
        Offset repeated = 0;
        for (std::size_t i = 1; i < records.size(); ++i) repeated += same(records[i - 1], records[i]);
        return repeated;
    }
    const auto end = std::unique(records.begin(), records.end(), same);
    const auto kept = static_cast<std::size_t>(end - records.begin());
    const auto repeated = static_cast<Offset>(records.size() - kept);
    table.truncate(kept);
    return repeated;
}

float mark_of(std::string_view type)
{
    if (type.empty()) return 1;
    const auto bits = static_cast<std::uint32_t>(fingerprint_of(type).first);
    return std::bit_cast<float>(bits);
}

}  // namespace alster
