#include "data/ingest/redeliveries.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <vector>

#include "data/ingest/record_sort.hpp"

namespace alster {
namespace {

using testing::ElementsAre;

EventTable table_of(std::vector<EventRecord> records)
{
    EventTable table;
    std::uint64_t sequence = 0;
    for (auto& record : records) {
        record.sequence = sequence++ & 0xffff;
        table.push_back(record);
    }
    sort_by_user(table.records(), {0, 10});
    return table;
}

std::vector<int> places(EventTable& table)
{
    std::vector<int> result;
    for (const auto& record : table.records()) result.push_back(static_cast<int>(record.sequence));
    return result;
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
    EXPECT_THAT(places(table), ElementsAre(0, 1, 3, 7, 4, 6, 5));
    EXPECT_EQ(0, find_repeated(table, true));
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
