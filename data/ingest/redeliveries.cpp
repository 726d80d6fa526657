#include "data/ingest/redeliveries.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <tuple>
#include <vector>

#include "data/sha256.hpp"

namespace alster {

namespace {

/// What two deliveries of an event have in common, in the bits of its numbers.
auto content(const EventRecord& record)
{
    const auto bits = [](float number) { return std::bit_cast<std::uint32_t>(number); };
    return std::tuple(static_cast<std::uint64_t>(record.rule), bits(record.value), bits(record.confidence),
                      bits(record.preference));
}

bool same_moment(const EventRecord& a, const EventRecord& b)
{
    return a.user == b.user && a.item == b.item && a.held == b.held && a.time() == b.time();
}

/// Leaves the first of those events of one pair and moment that are equal, in the order of the input; returns how many
/// are left, at the front.
std::size_t leave_first(std::span<EventRecord> events)
{
    const auto in_order = [](const EventRecord& a, const EventRecord& b) { return a.sequence < b.sequence; };
    std::ranges::sort(events, [&](const EventRecord& a, const EventRecord& b) {
        return content(a) != content(b) ? content(a) < content(b) : in_order(a, b);
    });
    const auto others = std::ranges::unique(
        events, [](const EventRecord& a, const EventRecord& b) { return content(a) == content(b); });
    const auto left = events.first(events.size() - others.size());
    std::ranges::sort(left, in_order);
    return left.size();
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

Offset find_repeated(EventTable& table, bool drop)
{
    const auto records = table.records();
    std::vector<EventRecord> events;
    std::size_t kept = 0;
    for (std::size_t begin = 0, end = 0; begin < records.size(); begin = end) {
        for (end = begin + 1; end < records.size() && same_moment(records[begin], records[end]);) ++end;
        if (end == begin + 1 || records[begin].time() == 0) {
            if (drop)
                std::ranges::copy(records.subspan(begin, end - begin),
                                  records.begin() + static_cast<std::ptrdiff_t>(kept));
            kept += end - begin;
            continue;
        }
        const auto same = records.subspan(begin, end - begin);
        events.assign(same.begin(), same.end());
        const std::size_t left = leave_first(events);
        if (drop) std::copy_n(events.begin(), left, records.begin() + static_cast<std::ptrdiff_t>(kept));
        kept += left;
    }
    const auto repeated = static_cast<Offset>(records.size() - kept);
    if (drop) table.truncate(kept);
    return repeated;
}

float mark_of(std::string_view type)
{
    if (type.empty()) return 1;
    const auto bits = static_cast<std::uint32_t>(fingerprint_of(type).first);
    return std::bit_cast<float>(bits);
}

}  // namespace alster
