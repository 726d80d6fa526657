#include "data/ingest/duplicates.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "data/confidence.hpp"

namespace alster {

namespace {

Roles joined_roles(std::span<const EventRecord> events)
{
    Roles roles = 0;
    for (const auto& event : events) roles = static_cast<Roles>(roles | event.role);
    return roles;
}

bool is_new_and_consumed(const EventRecord& event) { return event.consumed() && event.rule != stored_rule; }

/// One record for several of the same pair, in ascending order of time.
EventRecord merged(std::span<const EventRecord> events, Duplicates how)
{
    EventRecord result = events.back();
    result.role = joined_roles(events) & all_roles;
    const auto used = std::find_if(events.rbegin(), events.rend(), [](const auto& event) { return event.consumed(); });
    if (used != events.rend()) result.set_time(used->time());
    if (how == Duplicates::last || events.size() == 1) return result;
    double value = 0, confidence = 0, weighted = 0;
    for (const auto& event : events) {
        value += event.value;
        confidence += event.confidence;
        weighted += double{event.confidence} * event.preference;
        result.value = std::max(result.value, event.value);
        result.confidence = std::max(result.confidence, event.confidence);
    }
    if (confidence > 0) result.preference = static_cast<float>(weighted / confidence);
    if (how == Duplicates::sum) {
        constexpr double most = std::numeric_limits<float>::max();
        result.value = static_cast<float>(std::clamp(value, -most, most));
        result.confidence = static_cast<float>(std::min(confidence, double{largest_confidence}));
    }
    return result;
}

class Merger {
public:
    Merger(std::span<EventRecord> records, Duplicates how, std::int64_t hold_last)
        : records_(records), how_(how), hold_last_(static_cast<std::size_t>(hold_last))
    {
    }

    MergeReport run()
    {
        for (std::size_t begin = 0; begin < records_.size();) {
            std::size_t end = begin;
            while (end < records_.size() && records_[end].user == records_[begin].user) ++end;
            merge_user(begin, end);
            begin = end;
        }
        return report_;
    }

private:
    void merge_user(std::size_t begin, std::size_t end)
    {
        const std::size_t first = written_;
        for (std::size_t pair = begin; pair < end;) {
            std::size_t held = pair, pair_end = pair;
            while (held < end && same_pair(pair, held) && !records_[held].held) ++held;
            for (pair_end = held; pair_end < end && same_pair(pair, pair_end);) ++pair_end;
            // what was held out of a pair that training consumes would test what is learned; one that was only shown
            // or disliked may still be listed, and found
            const auto training = records_.subspan(pair, held - pair), test = records_.subspan(held, pair_end - held);
            const bool learned = (joined_roles(training) & consumed_role) != 0;
            if (learned) report_.held_dropped += static_cast<Offset>(test.size());
            keep(training);
            if (!learned) keep(test);
            pair = pair_end;
        }
        const auto row = records_.subspan(first, written_ - first);
        if (hold_last_ > 0) hold_latest(row);
        count(row);
    }

    /// Writes the record that the events become, if there are any: at or before the first of them.
    void keep(std::span<const EventRecord> events)
    {
        if (events.empty()) return;
        report_.duplicates += static_cast<Offset>(events.size()) - 1;
        events_.push_back(static_cast<std::size_t>(std::ranges::count_if(events, is_new_and_consumed)));
        const EventRecord result = merged(events, how_);
        records_[written_++] = result;
    }

    [[nodiscard]] bool same_pair(std::size_t a, std::size_t b) const { return records_[a].item == records_[b].item; }

    void hold_latest(std::span<EventRecord> row)
    {
        order_.clear();
        for (std::size_t i = 0; i < row.size(); ++i)
            if (row[i].consumed()) order_.push_back(i);
        if (order_.empty()) return;
        const std::size_t size = std::min(hold_last_, order_.size() - 1);
        std::nth_element(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(size), order_.end(),
                         [&](std::size_t a, std::size_t b) {
                             if (row[a].time() != row[b].time()) return row[a].time() > row[b].time();
                             if (row[a].tie_or_count != row[b].tie_or_count)
                                 return row[a].tie_or_count > row[b].tie_or_count;
                             return a < b;
                         });
        for (std::size_t i = 0; i < size; ++i) row[order_[i]].held = 1;
    }

    void count(std::span<EventRecord> row)
    {
        for (std::size_t i = 0; i < row.size(); ++i) {
            ++(row[i].held ? report_.held_out : report_.training);
            row[i].tie_or_count = events_[i] & EventRecord::tie_mask;  // the latest are found by now
        }
        events_.clear();
    }

    std::span<EventRecord> records_;
    Duplicates how_;
    std::size_t hold_last_;
    std::size_t written_ = 0;
    MergeReport report_;
    std::vector<std::size_t> events_;  // consumed ones of each merged record of the user
    std::vector<std::size_t> order_;
};

}  // namespace

EventStatistics event_statistics(std::span<const EventRecord> records, Side side, RowRange rows)
{
    EventStatistics statistics{.counts = std::vector<std::int32_t>(rows.size()),
                               .last = std::vector<std::int64_t>(rows.size())};
    for (const auto& record : records) {
        if (record.held) continue;
        const Row row = (side == Side::users ? record.user : record.item) - rows.first;
        statistics.counts[row] += static_cast<std::int32_t>(record.tie_or_count);
        statistics.last[row] = std::max<std::int64_t>(statistics.last[row], record.seconds);
    }
    return statistics;
}

MergeReport merge_duplicates(EventTable& table, Duplicates how, std::int64_t hold_last)
{
    const MergeReport report = Merger(table.records(), how, hold_last).run();
    table.truncate(static_cast<std::size_t>(report.training + report.held_out));
    return report;
}

}  // namespace alster
