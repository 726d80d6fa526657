#include "data/ingest/attribute_encoder.hpp"
#include "data/ingest/item_texts.hpp"

#include <gmock/gmock.h>

#include "data/ingest/item_columns.hpp"

namespace alster {
namespace {

using testing::ElementsAre;

/// Values of one type as they are shown, "-" where none was given, and what could not be read.
std::vector<std::string> values(AttributeType type, const std::vector<std::string>& texts,
                                std::string* unreadable = nullptr)
{
    const auto encoded = encode(type, texts, distinct_values(type, texts), 1);
    std::vector<std::string> shown;
    for (Row r = 0; r < encoded.column.rows(); ++r)
        shown.push_back(encoded.column.given(r) ? encoded.column.shown(r) : "-");
    if (unreadable) *unreadable = std::to_string(encoded.unreadable) + " " + encoded.first_unreadable;
    return shown;
}

TEST(AttributeEncoder, ReadsTimesAlsoOfOldFilmsAndBareYears)
{
    std::string unreadable;
    EXPECT_THAT(values(AttributeType::time,
                       {"1995", "01-Jan-1922", "1937-12-21", "2026-11-27T18:30:00Z", "1700000000", "1700000000000",
                        "20260131", "soon", "", "\\N", "1969-07-20 20:17:40"},
                       &unreadable),
                ElementsAre("1995-01-01", "1922-01-01", "1937-12-21", "2026-11-27T18:30:00Z", "2023-11-14T22:13:20Z",
                            "2023-11-14T22:13:20Z", "2026-01-31", "-", "-", "-", "1969-07-20T20:17:40Z"));
    EXPECT_EQ("1 soon", unreadable);
    EXPECT_FALSE(attribute_time("2026-02-30x"));
}

TEST(AttributeEncoder, WordsForNothingAreNotGivenButMayBeValuesOfAVocabulary)
{
    std::string unreadable;
    EXPECT_THAT(values(AttributeType::number, {"1.5", " -2e3 ", "NA", "nan", "1,5", "inf", "0x1F"}, &unreadable),
                ElementsAre("1.5", "-2000", "-", "-", "-", "-", "-"));
    EXPECT_EQ("3 1,5", unreadable);
    EXPECT_THAT(values(AttributeType::boolean, {"TRUE", "0", "y", "No", "maybe", "null"}, &unreadable),
                ElementsAre("true", "false", "true", "false", "-", "-"));
    EXPECT_EQ("1 maybe", unreadable);
    EXPECT_THAT(values(AttributeType::category, {"NA", " DE ", "", "\\N"}), ElementsAre("NA", "DE", "-", "-"));
}

TEST(AttributeEncoder, ASetHasEachValueOnceAndEmptyPartsAreNone)
{
    const std::string mark(1, set_mark);
    EXPECT_THAT(values(AttributeType::set, {"War" + mark + "Drama" + mark + " War ", mark, "A|B"}),
                ElementsAre("Drama|War", "-", "A|B"));
    EXPECT_THAT(values(AttributeType::text, {"a" + mark + "b", "\\N"}), ElementsAre("a|b", "-"));
}

TEST(AttributeEncoder, AListThatIsNoneOfTextsIsNotGiven)
{
    const std::vector<std::string> texts = {joined_set("['Drama', \"Kids' TV\"]", '|'),
                                            joined_set("[]", '|'),
                                            joined_set("[{'id': 16, 'name': 'Animation'}]", '|'),
                                            joined_set("[\"a\\\"b\",'c'] ", '|'),
                                            joined_set("[1, 2]", '|'),
                                            joined_set("['a' 'b']", '|'),
                                            joined_set("x|[y]", '|')};
    const auto vocabulary = distinct_values(AttributeType::set, texts);
    EXPECT_THAT(vocabulary, testing::ElementsAre("Drama", "Kids' TV", "[y]", "a\"b", "c", "x"));
    const auto encoded = encode(AttributeType::set, texts, vocabulary, 0);
    EXPECT_THAT(encoded.column.offsets, testing::ElementsAre(0, 2, 2, 2, 4, 4, 4, 6));
    EXPECT_EQ(3, encoded.unreadable);
    EXPECT_EQ("[{'id': 16, 'name': 'Animation'}]", encoded.first_unreadable);
}

TEST(AttributeEncoder, AnArrayOfADatabaseIsNoValueOfASet)
{
    const auto encoded = encode(AttributeType::set, std::vector<std::string>{joined_set("{Drama,War}", '|')}, {}, 0);
    EXPECT_EQ(1, encoded.unreadable);
}

TEST(AttributeEncoder, ASeparatorIsOverlookedWherePartsRecur)
{
    const auto overlooked = [](const std::vector<std::string>& values) { return overlooked_separator(values); };
    EXPECT_EQ(',', overlooked({"Comedy, Drama", "Drama"}));
    EXPECT_EQ(';', overlooked({"Comedy;Drama", "Comedy;War"}));
    EXPECT_EQ('/', overlooked({"Action/War", "War/Comedy", "Drama"}));
    EXPECT_EQ(std::nullopt, overlooked({"Comedy, black", "Drama"}));
    EXPECT_EQ(std::nullopt, overlooked({"Sci-Fi/Fantasy", "Drama, long"}));
    EXPECT_EQ(std::nullopt, overlooked({"Drama,", "Drama"}));
    EXPECT_EQ(std::nullopt, overlooked({"Comedy", "Drama"}));
    EXPECT_EQ(std::nullopt, overlooked({}));
}

TEST(AttributeEncoder, DaysOfASpreadsheetAreNoTimes)
{
    for (const char* text : {"45000", "45000.5", "20000"}) EXPECT_FALSE(attribute_time(text)) << text;
    EXPECT_EQ(0, attribute_time("1970-01-01").value());
    EXPECT_EQ(1'600'000'000, attribute_time("1600000000").value());
}

TEST(AttributeEncoder, ColumnsNameTheirTypes)
{
    const auto columns =
        ItemColumnSpec::parse("id=sku,genres=g:set:,,rating=x:category,released=d:time,kids=k:bool,at=a:b,n=3:number")
            .columns();
    ASSERT_EQ(7U, columns.size());
    EXPECT_EQ(',', columns[1].set);
    EXPECT_EQ("x", columns[2].place);
    EXPECT_EQ(AttributeType::category, columns[2].type);
    EXPECT_EQ(AttributeType::time, columns[3].type);
    EXPECT_EQ(AttributeType::boolean, columns[4].type);
    EXPECT_EQ("a:b", columns[5].place);  // b is no type
    EXPECT_FALSE(columns[5].type);
    EXPECT_EQ(AttributeType::number, columns[6].type);
}

}  // namespace
}  // namespace alster
