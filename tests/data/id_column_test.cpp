#include "data/id_column.hpp"

#include <gtest/gtest.h>

namespace alster {
namespace {

TEST(IdLookup, FindsTextIdsByBinarySearch)
{
    IdColumn ids{.kind = IdKind::text, .numbers = {}, .texts = TextColumn::from({"pear", "apple", "fig", ""})};
    const IdLookup lookup(ids);

    EXPECT_EQ(1, lookup.find("apple"));
    EXPECT_EQ(3, lookup.find(""));
    EXPECT_EQ(std::nullopt, lookup.find("plum"));
}

TEST(IdLookup, FindsNumbersAndRefusesWhatIsNone)
{
    IdColumn ids{.kind = IdKind::int64, .numbers = {30, -1, 7}, .texts = {}};
    const IdLookup lookup(ids);

    EXPECT_EQ(0, lookup.find("30"));
    EXPECT_EQ(1, lookup.find("-1"));
    EXPECT_EQ(std::nullopt, lookup.find("7x"));
    EXPECT_EQ(std::nullopt, lookup.find("8"));
}

TEST(TextColumn, KeepsValuesThatFillTheWholeWidth)
{
    const auto column = TextColumn::from({"abc", "", "é"});

    EXPECT_EQ(3U, column.width);
    EXPECT_EQ("abc", column[0]);
    EXPECT_EQ("", column[1]);
    EXPECT_EQ("é", column[2]);
}

}  // namespace
}  // namespace alster
