#include "distributed/id_directory.hpp"

#include <gmock/gmock.h>

#include "data/error.hpp"
#include "data/ingest/id_index.hpp"
#include "distributed/record_exchange.hpp"

namespace alster {
namespace {

/// The ids that a rank meets: of 3 · ranks + 40 numbers, most of them met by several ranks.
IdColumn met_by(int rank, int ranks, const char* prefix = "")
{
    IdIndex index("users");
    for (int i = 0; i < 40; ++i)
        static_cast<void>(index.row(prefix + std::to_string((rank * 3 + i * 7) % (3 * ranks + 40) - 5)));
    return index.column();
}

/// Numbered behind those of `first`, in ascending order.
IdIndex in_order(IdIndex first, const IdIndex& all)
{
    const IdColumn ids = all.column();
    for (const Row r : ids.order()) static_cast<void>(first.row(ids.text(r)));
    return first;
}

/// One index over the ids of all ranks: what the numbers must be.
IdIndex met_by_all(int ranks, const char* prefix_of_last = "")
{
    IdIndex all("users");
    for (int rank = 0; rank < ranks; ++rank) {
        const IdColumn ids = met_by(rank, ranks, rank + 1 == ranks ? prefix_of_last : "");
        for (Row r = 0; r < ids.rows(); ++r) static_cast<void>(all.row(ids.text(r)));
    }
    return in_order(IdIndex("users"), all);
}

class IdDirectoryTest : public testing::Test {
protected:
    void expect_same(const IdIndex& expected, const IdDirectory& directory, const IdColumn& met)
    {
        ASSERT_EQ(expected.rows(), directory.rows());
        for (Row r = 0; r < met.rows(); ++r)
            EXPECT_EQ(expected.find(met.text(r)), directory.rows_of_met()[r]) << met.text(r);
        const auto partition = RowPartition::even(directory.rows(), 1, ranks.size());
        const RowRange mine = partition.of(ranks.rank());
        const IdColumn all = expected.column(), ids = directory.ids_of(partition);
        EXPECT_EQ(all.kind, ids.kind);
        ASSERT_EQ(mine.size(), ids.rows());
        for (Row r = 0; r < ids.rows(); ++r) EXPECT_EQ(all.text(mine.first + r), ids.text(r));
        const auto order = all.order();
        EXPECT_TRUE(std::ranges::equal(std::span(order).subspan(directory.first_in_order(), directory.order().size()),
                                       directory.order()));
        EXPECT_EQ(directory.rows(), ranks.sum(std::ssize(directory.order())));
    }

    Communicator ranks;
};

TEST_F(IdDirectoryTest, NumbersIdsInTheirOrderWhoeverMeetsThem)
{
    const IdColumn met = met_by(ranks.rank(), ranks.size());
    const IdDirectory directory(ranks, "users", {}, 0, met);
    expect_same(met_by_all(ranks.size()), directory, met);
}

TEST_F(IdDirectoryTest, TurnsAllIntoTextsWhereOneRankHasOne)
{
    const char* prefix = ranks.rank() + 1 == ranks.size() ? "u" : "";
    const IdColumn met = met_by(ranks.rank(), ranks.size(), prefix);
    const IdDirectory directory(ranks, "users", {}, 0, met);
    expect_same(met_by_all(ranks.size(), "u"), directory, met);
}

TEST_F(IdDirectoryTest, KeepsTheRowsOfKnownIdsAndAppendsTheOthers)
{
    IdColumn known{.kind = IdKind::int64, .numbers = {90, 3, -5, 17, 91}, .texts = {}};
    const IdIndex expected = in_order(IdIndex("users", known), met_by_all(ranks.size()));

    const RowRange mine = RowPartition::even(5, 1, ranks.size()).of(ranks.rank());
    known.numbers = {known.numbers.begin() + mine.first, known.numbers.begin() + mine.last};
    const IdColumn met = met_by(ranks.rank(), ranks.size());
    expect_same(expected, IdDirectory(ranks, "users", known, mine.first, met), met);
}

TEST_F(IdDirectoryTest, FindsWhatAnyRankHasMetAndNothingElse)
{
    const IdDirectory directory(ranks, "users", {}, 0, met_by(ranks.rank(), ranks.size()));
    IdIndex asked("users", IdKind::text);
    for (const char* id : {"-5", "no number", "07", "7", "100000"}) static_cast<void>(asked.row(id));

    const IdIndex all = met_by_all(ranks.size());
    const auto found = directory.find(asked.column());
    ASSERT_EQ(5U, found.size());
    EXPECT_EQ(all.find("-5").value_or(-1), found[0]);
    EXPECT_EQ(-1, found[1]);
    EXPECT_EQ(-1, found[2]);
    EXPECT_EQ(all.find("7").value_or(-1), found[3]);
    EXPECT_EQ(-1, found[4]);
}

TEST_F(IdDirectoryTest, HasNoRowsWhereNobodyMetAnything)
{
    const IdDirectory directory(ranks, "users", {}, 0, {});
    EXPECT_EQ(0, directory.rows());
    EXPECT_EQ(0, directory.ids_of(RowPartition::even(0, 1, ranks.size())).rows());
}

TEST(RecordExchange, BringsEveryRecordToTheOwnerOfItsItem)
{
    const Communicator ranks;
    const Row items = 11;
    const auto rows = RowPartition::even(items, 1, ranks.size());
    EventTable table;
    for (int i = 0; i < 1000 * ranks.rank(); ++i)
        table.push_back({.user = ranks.rank() * 10'000 + i, .item = static_cast<Column>(i % items)});
    bring_to_owners(ranks, table, Side::items, rows);

    std::vector<Column> users;
    for (const auto& record : table.records()) {
        EXPECT_EQ(ranks.rank(), rows.owner(record.item));
        EXPECT_EQ(record.item, record.user % 10'000 % items);
        users.push_back(record.user);
    }
    std::ranges::sort(users);
    EXPECT_TRUE(std::ranges::adjacent_find(users) == users.end());
    EXPECT_EQ(500 * ranks.size() * (ranks.size() - 1), ranks.sum(std::ssize(users)));
}

}  // namespace
}  // namespace alster
