#include "data/ingest/duplicates.hpp"

#include <gmock/gmock.h>

#include <cstring>
#include <random>

#include "data/id_hash.hpp"
#include "data/ingest/record_sort.hpp"
#include "data/ingest/split_plan.hpp"

namespace alster {
namespace {

using testing::ElementsAre;

struct Input {
    Column user, item;
    float value, confidence, preference;
    Milliseconds time;
    bool held;
    Roles role = consumed_role;
};

EventTable table_of(const std::vector<Input>& inputs)
{
    EventTable table;
    for (const auto& in : inputs) {
        EventRecord record{.user = in.user,
                           .item = in.item,
                           .value = in.value,
                           .confidence = in.confidence,
                           .preference = in.preference};
        record.tie_or_count = id_hash(std::to_string(in.item)) & EventRecord::tie_mask;
        record.set_time(in.time);
        record.held = in.held;
        record.role = in.role & all_roles;
        table.push_back(record);
    }
    return table;
}

MergeReport merge(EventTable& table, Row users, Duplicates how, std::int64_t hold_last = 0)
{
    sort_by_user(table.records(), {0, users});
    return merge_duplicates(table, how, hold_last);
}

EventStatistics statistics(EventTable& table, Side side, Row rows)
{
    return event_statistics(table.records(), side, {0, rows});
}

/// Of a single process.
void mark_latest(EventTable& table, const char* plan)
{
    mark_latest(table.records(), SplitPlan::parse(plan), [](std::span<Offset>) {});
}

void hold_at_random(EventTable& table, double fraction, std::uint64_t seed)
{
    for (auto& r : table.records())
        r.held = held_at_random(fraction, seed, id_hash(std::to_string(r.user)), id_hash(std::to_string(r.item)));
}

const std::vector<Input> one_pair_three_times = {
    {0, 0, 2, 3, 1, 20'000, false}, {0, 0, 5, 1, 0, 10'000, false}, {0, 0, 1, 4, 0.5, 20'000, false}};

TEST(Duplicates, LastTakesTheLatestAndAmongEqualTimesTheLargestValue)
{
    EventTable table = table_of(one_pair_three_times);
    const MergeReport report = merge(table, 1, Duplicates::last);

    ASSERT_EQ(1U, table.size());
    EXPECT_EQ(2, table.records()[0].value);
    EXPECT_EQ(3, table.records()[0].confidence);
    EXPECT_EQ(1, table.records()[0].preference);
    EXPECT_EQ(2, report.duplicates);
    EXPECT_THAT(statistics(table, Side::users, 1).counts, ElementsAre(3));
    EXPECT_THAT(statistics(table, Side::items, 1).last, ElementsAre(20));
}

TEST(Duplicates, TheOrderOfTheInputChangesNoBit)
{
    std::mt19937 random(3);
    std::vector<Input> events;
    for (int i = 0; i < 3000; ++i)
        events.push_back({static_cast<Column>(random() % 3), static_cast<Column>(random() % 40),
                          static_cast<float>(random()) * 1e-3F, i % 7 == 0 ? -0.0F : static_cast<float>(random() % 5),
                          static_cast<float>(random() % 3) / 2, static_cast<Milliseconds>(random() % 4), i % 9 == 0});
    events[0].value = 0.0F, events[1] = events[0], events[1].value = -0.0F;
    for (const auto how : {Duplicates::last, Duplicates::sum, Duplicates::max}) {
        EventTable expected = table_of(events);
        merge(expected, 3, how, 5);
        for (int round = 0; round < 3; ++round) {
            std::ranges::shuffle(events, random);
            EventTable table = table_of(events);
            merge(table, 3, how, 5);
            ASSERT_EQ(expected.size(), table.size());
            EXPECT_EQ(0, std::memcmp(expected.records().data(), table.records().data(), 32 * table.size()));
        }
    }
}

TEST(Duplicates, SumAddsValuesAndConfidencesAndWeighsThePreference)
{
    EventTable table = table_of(one_pair_three_times);
    merge(table, 1, Duplicates::sum);

    EXPECT_EQ(8, table.records()[0].value);
    EXPECT_EQ(8, table.records()[0].confidence);
    EXPECT_FLOAT_EQ((3 * 1 + 1 * 0 + 4 * 0.5F) / 8, table.records()[0].preference);
}

TEST(Duplicates, MaxKeepsTheLargestOfEach)
{
    EventTable table = table_of(one_pair_three_times);
    merge(table, 1, Duplicates::max);

    EXPECT_EQ(5, table.records()[0].value);
    EXPECT_EQ(4, table.records()[0].confidence);
}

TEST(Duplicates, AHeldOutEventIsDroppedWhereItsPairIsLearnedFrom)
{
    EventTable table = table_of({{0, 0, 1, 1, 1, 0, false}, {0, 0, 9, 1, 1, 0, true}, {0, 1, 7, 1, 1, 0, true}});
    const MergeReport report = merge(table, 1, Duplicates::sum);

    EXPECT_EQ(1, report.training);
    EXPECT_EQ(1, report.held_out);
    EXPECT_EQ(1, report.held_dropped);
    EXPECT_EQ(1, table.records()[0].value);
    EXPECT_EQ(7, table.records()[1].value);
    EXPECT_THAT(statistics(table, Side::items, 2).counts, ElementsAre(1, 0));
}

TEST(Duplicates, APairHasTheRolesOfItsEventsAndCountsThoseThatConsumedIt)
{
    for (const Duplicates how : {Duplicates::last, Duplicates::sum, Duplicates::max}) {
        EventTable table = table_of({{0, 0, 1, 1, 1, 10'000, false, consumed_role},
                                     {0, 0, 1, 1, 1, 20'000, false, consumed_role},
                                     {0, 0, 1, 1, 0, 30'000, false, shown_role},
                                     {0, 1, 1, 1, 0, 40'000, false, shown_role},
                                     {0, 1, 1, 1, 0, 50'000, false, disliked_role}});
        EXPECT_EQ(2, merge(table, 1, how).training);
        EXPECT_EQ(consumed_role | shown_role, table.records()[0].role);
        EXPECT_EQ(shown_role | disliked_role, table.records()[1].role);
        EXPECT_THAT(statistics(table, Side::items, 2).counts, ElementsAre(2, 0));
        EXPECT_THAT(statistics(table, Side::items, 2).last, ElementsAre(20, 50));
    }
}

TEST(Duplicates, AHeldOutEventStaysWhereTrainingHasOnlyShownOrDislikedTheItem)
{
    EventTable table = table_of({{0, 0, 1, 1, 0, 10'000, false, shown_role},
                                 {0, 0, 5, 1, 1, 20'000, true, consumed_role},
                                 {0, 1, 1, 1, 1, 10'000, false, consumed_role},
                                 {0, 1, 1, 1, 1, 20'000, true, consumed_role},
                                 {0, 2, 7, 1, 1, 20'000, true, shown_role}});
    const MergeReport report = merge(table, 1, Duplicates::sum);

    EXPECT_EQ(2, report.training);
    EXPECT_EQ(2, report.held_out);
    EXPECT_EQ(1, report.held_dropped);
    EXPECT_EQ(0, report.duplicates);
    ASSERT_EQ(4U, table.size());
    EXPECT_EQ(0U, table.records()[0].held);
    EXPECT_EQ(shown_role, table.records()[0].role);
    EXPECT_EQ(1U, table.records()[1].held);
    EXPECT_EQ(5, table.records()[1].value);
    EXPECT_EQ(7, table.records()[3].value);
    EXPECT_THAT(statistics(table, Side::items, 3).counts, ElementsAre(0, 1, 0));
}

TEST(Duplicates, HoldsOutTheLatestPairsOfEachUserButNeverItsOnlyOne)
{
    EventTable table = table_of({{0, 0, 1, 1, 1, 30'000, false},
                                 {0, 1, 1, 1, 1, 10'000, false},
                                 {0, 2, 1, 1, 1, 20'000, false},
                                 {1, 1, 1, 1, 1, 5'000, false},
                                 {3, 0, 1, 1, 1, 0, false},
                                 {3, 1, 1, 1, 1, 0, false}});
    const MergeReport report = merge(table, 4, Duplicates::last, 2);

    std::vector<int> held;
    for (const auto& r : table.records()) held.push_back(static_cast<int>(r.held));
    const auto tie = [](const char* item) { return id_hash(item) & EventRecord::tie_mask; };
    const int first = tie("0") > tie("1") ? 1 : 0;  // of the last user's pairs, which have one time
    EXPECT_THAT(held, ElementsAre(1, 0, 1, 0, first, 1 - first));
    EXPECT_EQ(3, report.training);
    EXPECT_EQ(3, report.held_out);
    const EventStatistics users = statistics(table, Side::users, 4);
    EXPECT_THAT(users.counts, ElementsAre(1, 1, 0, 1));
    EXPECT_THAT(users.last, ElementsAre(10, 5, 0, 0));
}

TEST(Duplicates, HoldsOutNothingThatWasOnlyShown)
{
    EventTable table = table_of({{0, 0, 1, 1, 1, 10'000, false, consumed_role},
                                 {0, 1, 1, 1, 1, 20'000, false, consumed_role},
                                 {0, 2, 1, 1, 0, 30'000, false, shown_role}});
    const MergeReport report = merge(table, 3, Duplicates::last, 1);
    EXPECT_EQ(1, report.held_out);
    EXPECT_EQ(1U, table.records()[1].held);
    EXPECT_EQ(0U, table.records()[2].held);
}

EventTable random_table(Column users, Column items, int size)
{
    std::mt19937 random(7);
    std::vector<Input> inputs;
    for (int i = 0; i < size; ++i)
        inputs.push_back({static_cast<Column>(random() % users), static_cast<Column>(random() % items), 1, 1, 1,
                          static_cast<Milliseconds>(random() % 1'000'000), false});
    return table_of(inputs);
}

TEST(RecordSort, PutsAnyTableInOrderByUserAndByItem)
{
    for (const Column users : {1, 2, 700, 100'000}) {
        EventTable table = random_table(users, 300, 60'000);
        MergeReport report = merge(table, users, Duplicates::last);
        auto records = table.records();
        EXPECT_TRUE(std::is_sorted(records.begin(), records.end(), [](const EventRecord& a, const EventRecord& b) {
            return std::pair(a.user, a.item) < std::pair(b.user, b.item);
        }));
        sort_by_item(records, {0, 300});
        EXPECT_TRUE(std::is_sorted(records.begin(), records.end(), [](const EventRecord& a, const EventRecord& b) {
            return std::pair(a.item, a.user) < std::pair(b.item, b.user);
        }));
        EXPECT_EQ(60'000, report.training + report.duplicates);
    }
}

std::int64_t held(EventTable& table)
{
    return std::count_if(table.records().begin(), table.records().end(),
                         [](const EventRecord& r) { return r.held == 1; });
}

TEST(SplitPlan, ByTimeHoldsOutTheLatestEventsOnly)
{
    EventTable table = random_table(10, 10, 10'000);
    mark_latest(table, "time:0.1");

    Milliseconds latest_kept = 0, first_held = INT64_MAX;
    for (const auto& r : table.records())
        (r.held ? first_held : latest_kept) = r.held ? std::min(first_held, r.time()) : std::max(latest_kept, r.time());
    EXPECT_LT(latest_kept, first_held);
    EXPECT_LE(held(table), 1000);
    EXPECT_GE(held(table), 980);  // less only by ties
}

TEST(SplitPlan, ByTimeKeepsEventsOfOneTimeTogether)
{
    EventTable table = table_of({{0, 0, 1, 1, 1, 5, false}, {0, 1, 1, 1, 1, 9, false}, {0, 2, 1, 1, 1, 9, false}});
    mark_latest(table, "time:0.4");
    EXPECT_EQ(0, held(table));
    mark_latest(table, "time:0.7");
    EXPECT_EQ(2, held(table));
}

TEST(SplitPlan, AtRandomFollowsSeedAndPairAlone)
{
    EventTable a = random_table(300, 300, 20'000);
    EventTable b = random_table(300, 300, 20'000);
    hold_at_random(a, 0.2, 1);
    hold_at_random(b, 0.2, 2);

    EXPECT_NEAR(4000, static_cast<double>(held(a)), 250);  // five standard deviations
    int differing = 0;
    for (std::size_t i = 0; i < a.size(); ++i) differing += a.records()[i].held != b.records()[i].held;
    EXPECT_NEAR(6400, differing, 350);
    sort_by_user(a.records(), {0, 300});
    for (std::size_t i = 1; i < a.size(); ++i) {
        const auto &x = a.records()[i - 1], &y = a.records()[i];
        if (x.user == y.user && x.item == y.item) {
            EXPECT_EQ(x.held, y.held);
        }
    }
}

TEST(SplitPlan, RefusesWhatItDoesNotKnow)
{
    for (const char* text : {"", "random", "random:", "random:0", "random:1", "random:x", "last:0", "last:-1",
                             "last:1.5", "time:2", "none:1", "time:nan", "leave-one-out"})
        EXPECT_ANY_THROW(static_cast<void>(SplitPlan::parse(text))) << text;
}

}  // namespace
}  // namespace alster
