#include "data/ingest/redeliveries.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <set>
#include <tuple>
#include <vector>

#include "data/ingest/record_sort.hpp"

namespace alster {
namespace {

EventTable table_of(const std::vector<EventRecord>& records)
{
    EventTable table;
    for (const auto& record : records) table.push_back(record);
    sort_by_user(table.records(), {0, 10});
    return table;
}

/// What the records of a test differ in.
auto what(const EventRecord& record)
{
    return std::tuple(record.item, record.value, record.seconds, static_cast<int>(record.rule),
                      static_cast<int>(record.held), std::bit_cast<std::uint32_t>(record.preference));
}

TEST(RedeliveriesTest, DropEventsThatRepeatAnotherInEverything)
{
    const EventRecord event{.user = 1, .item = 2, .value = 3, .seconds = 100};
    EventRecord value = event, rule = event, later = event, item = event, held = event, preference = event;
    value.value = 4;
    rule.rule = 1;
    later.seconds = 101;
    item.item = 3;
    held.held = 1;
    preference.preference = mark_of("click");
    auto table = table_of({event, value, event, rule, later, item, held, preference, value, event, held});

    EXPECT_EQ(4, find_repeated(table, false));
    EXPECT_EQ(11U, table.size());
    EXPECT_EQ(4, find_repeated(table, true));
    std::set<decltype(what(event))> left;
    for (const auto& record : table.records()) left.insert(what(record));
    EXPECT_EQ(7U, table.size());
    EXPECT_EQ((std::set{what(event), what(value), what(rule), what(later), what(item), what(held), what(preference)}),
              left);
    EXPECT_EQ(0, find_repeated(table, true));
}

TEST(RedeliveriesTest, KeepEventsByTheRuleOfManyTypes)
{
    const EventRecord event{.user = 1, .item = 2, .seconds = 100, .rule = 3};
    auto table = table_of({event, event});
    EXPECT_EQ(1, find_repeated(table, false));
    EXPECT_EQ(0, find_repeated(table, true, 3));
    EXPECT_EQ(1, find_repeated(table, true, 2));
}

TEST(RedeliveriesTest, KeepEventsWhoseTimeIsUnknown)
{
    const EventRecord event{.user = 1, .item = 2};
    auto table = table_of({event, event, event});
    EXPECT_EQ(0, find_repeated(table, true));
    EXPECT_EQ(3U, table.size());
    EventTable nothing;
    EXPECT_EQ(0, find_repeated(nothing, true));
}

TEST(RedeliveriesTest, FingerprintsAndMarksTellIdsApart)
{
    EXPECT_EQ(fingerprint_of("a"), fingerprint_of("a"));
    EXPECT_NE(fingerprint_of("a"), fingerprint_of("b"));
    EXPECT_NE(EventFingerprint{}, fingerprint_of(""));
    EXPECT_EQ(1, mark_of(""));
    EXPECT_NE(std::bit_cast<std::uint32_t>(mark_of("play")), std::bit_cast<std::uint32_t>(mark_of("click")));
}

}  // namespace
}  // namespace alster
