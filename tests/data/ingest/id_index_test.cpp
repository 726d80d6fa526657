#include "data/ingest/id_index.hpp"

#include <gtest/gtest.h>

namespace alster {
namespace {

TEST(IdIndex, NumbersIdsByFirstAppearance)
{
    IdIndex index("users");

    EXPECT_EQ(0, index.row("70"));
    EXPECT_EQ(1, index.row("-9223372036854775808"));
    EXPECT_EQ(0, index.row("70"));
    EXPECT_EQ(std::nullopt, index.find("71"));
    EXPECT_EQ(IdKind::int64, index.column().kind);
    EXPECT_EQ((std::vector<std::int64_t>{70, INT64_MIN}), index.column().numbers);
}

TEST(IdIndex, TurnsIntoTextWithoutLossAtTheFirstIdThatIsNoCanonicalNumber)
{
    for (const char* text : {"abc", "07", "-0", "+1", "1.0", "9223372036854775808", "-"}) {
        IdIndex index("users");
        EXPECT_EQ(0, index.row("7"));
        EXPECT_EQ(1, index.row("-12"));
        EXPECT_EQ(2, index.row(text)) << text;
        EXPECT_EQ(0, index.row("7"));
        EXPECT_EQ(1, index.find("-12"));
        EXPECT_EQ(2, index.find(text));
        const IdColumn ids = index.column();
        ASSERT_EQ(IdKind::text, ids.kind);
        EXPECT_EQ("7", ids.texts[0]);
        EXPECT_EQ("-12", ids.texts[1]);
        EXPECT_EQ(text, ids.texts[2]);
    }
}

TEST(IdIndex, FindsSmallLargeAndNegativeNumbersAlike)
{
    const std::vector<std::int64_t> numbers = {0, 5, 4'194'303, 4'194'304, -1, 1, INT64_MAX, 70'000};
    IdIndex index("items");
    for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(i, index.row(std::to_string(numbers[i])));
    for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(i, index.row(std::to_string(numbers[i])));
    for (const char* absent : {"2", "4194302", "4194305", "-2"}) EXPECT_EQ(std::nullopt, index.find(absent));
    EXPECT_EQ(numbers, index.column().numbers);
}

TEST(IdIndex, KeepsManyTextsWhereTheyAre)
{
    IdIndex index("items");
    const std::string stem(200, 'x');
    for (int i = 0; i < 20000; ++i) ASSERT_EQ(i, index.row(stem + std::to_string(i)));
    for (int i = 0; i < 20000; ++i) ASSERT_EQ(i, index.find(stem + std::to_string(i)));
    EXPECT_EQ(20000, index.rows());
}

}  // namespace
}  // namespace alster
