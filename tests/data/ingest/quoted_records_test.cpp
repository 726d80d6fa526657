#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/data/ingest/read_events.hpp"

namespace alster {
namespace {

using test::read_events;
using testing::ElementsAre;

const LogLayout csv{};
const LogLayout tsv{.format = LogFormat::tsv};
const std::string header = "user_id,item_id,rating,comment\n";

TEST(QuotedRecords, GoOnInTheNextLines)
{
    EXPECT_THAT(read_events(header + "u1,m1,5,\"first\n\nthird, \"\"line\"\"\"\nu2,m1,4,ok\n", csv),
                ElementsAre("u1 m1 5 0", "u2 m1 4 0"));
    EXPECT_THAT(read_events(header + "u1,m1,5,\"first\r\nsecond\"\r\nu2,m1,4,\"a\r\nb\"", csv),
                ElementsAre("u1 m1 5 0", "u2 m1 4 0"));
    EXPECT_THAT(read_events("comment,user_id,item_id\n\"a\nb\nuser_id,item_id\n\",1,7\n", csv), ElementsAre("1 7 1 0"));
    EXPECT_THAT(read_events("1,\"first\nevent\",3\n2,b,4\n", csv), ElementsAre("1 first\nevent 3 0", "2 b 4 0"));
}

TEST(QuotedRecords, MayEscapeQuotesWithABackslash)
{
    EXPECT_THAT(read_events(header + "u1,m1,5,\"say \\\"hi\\\" now\"\nu2,m1,4,\"\\\"\"\nu3,m1,3,\"C:\\\"\n", csv),
                ElementsAre("u1 m1 5 0", "u2 m1 4 0", "u3 m1 3 0"));
    EXPECT_THAT(read_events("\"a \\\"b\\\"\";7;3\n", LogLayout{.separator = Separator::semicolon}),
                ElementsAre("a \"b\" 7 3 0"));
    EXPECT_THAT(read_events(header + "u1,m1,5,\"say \\\"hi\nyou\\\"\"\nu2,m1,4,ok\n", csv),
                ElementsAre("u1 m1 5 0", "u2 m1 4 0"));
}

TEST(QuotedRecords, LeaveTheLinesBehindAStrayQuoteAlone)
{
    EXPECT_THAT(read_events("u,i,3\nu,\"j,3\nv,j,4\nw,k,5\n", csv),
                ElementsAre("u i 3 0", "quote without its end", "v j 4 0", "w k 5 0"));
    EXPECT_THAT(read_events("u,i,3\nu,\"j,3\nv,\"j,4\nw,k,5\n", csv),
                ElementsAre("u i 3 0", "quote without its end", "quote without its end", "w k 5 0"));
    EXPECT_THAT(read_events("u,7\" vinyl,3\nv,12\" vinyl,4\n", csv),
                ElementsAre("quote without its end", "quote without its end"));
    EXPECT_THAT(read_events("user,item,n\nu,7\" vinyl,3\nv,12\" vinyl,4\n", csv),
                ElementsAre("u 7\" vinyl 3 0", "v 12\" vinyl 4 0"));
}

TEST(QuotedRecords, OfTabsAreThoseOfPandasAndR)
{
    EXPECT_THAT(read_events("\"user_id\"\t\"item_id\"\t\"n\"\n\"u1\"\t\"Guns \"\"N\"\" Co\"\t3\nu2\tPlain\t1\n", tsv),
                ElementsAre("u1 Guns \"N\" Co 3 0", "u2 Plain 1 0"));
    EXPECT_THAT(read_events("u\ti\tc\n1\t2\t\"a\nb\"\n2\t3\tx\n",
                            {.format = LogFormat::tsv, .columns = ColumnSpec::parse("user=u,item=i")}),
                ElementsAre("1 2 1 0", "2 3 1 0"));
}

TEST(QuotedRecords, OfTabsThatNobodyQuotedAreTakenAsTheyStand)
{
    EXPECT_THAT(read_events("u1\t\"Heroes\t3\nu2\t7\"\t4\nu3\t\"Weird Al\" Y\t5\n", tsv),
                ElementsAre("u1 \"Heroes 3 0", "u2 7\" 4 0", "u3 \"Weird Al\" Y 5 0"));
}

TEST(QuotedRecords, AreReadByTheRankInWhosePartTheyBeginWhichKnowsThatTheyLeaveIt)
{
    const test::TemporaryDirectory directory;
    std::string text = header;
    for (int i = 0; i < 30; ++i) text += fmt::format("u{},m{},5,\"some\nlines, {}\n of text\"\n", i % 4, i % 7, i);
    const std::vector<std::string> paths = {test::write_file(directory / "log", text)};
    const auto files = inspect_inputs(paths);
    for (int ranks = 1; ranks < 40; ++ranks) {
        bool begins_inside = false, found = false;
        for (int rank = 0; rank < ranks; ++rank) {
            const auto parts = parts_of(files, rank, ranks);
            const std::size_t begin = parts.front().begin;
            const auto line = begin == 0 ? 0 : text.find('\n', begin - 1) + 1;
            begins_inside = begins_inside || (line > 0 && line < text.size() && text[line] != 'u');
            InteractionReader reader(paths, parts, csv);
            while (reader.next()) continue;
            found = found || reader.crossed();
        }
        EXPECT_EQ(begins_inside, found) << ranks;
    }
}

TEST(AbsentValues, AreEmptyOptionalFields)
{
    EXPECT_THAT(read_events("user_id,item_id,rating,timestamp,event\n1,7,,,\n1,8,2,,play\n1,9,,5,\n", csv),
                ElementsAre("1 7 1 0", "1 8 2 0 play", "1 9 1 5"));
    EXPECT_THAT(read_events("1\t7\t\t5\n1\t8\t2\t\n", tsv), ElementsAre("1 7 1 5", "1 8 2 0"));
    EXPECT_THAT(read_events("1,7,3,\n,7,3,\n1,,3,\n,,,\n", csv), ElementsAre("1 7 3 0", "id is empty", "id is empty"));
}

TEST(AbsentValues, HaveOtherSpellingsByOption)
{
    const LogLayout nulls{.nulls = {"NULL", "\\N", "NaN"}};
    EXPECT_THAT(read_events("1,7,NULL,\\N\n1,8,NaN,9\nNULL,7,1,1\n", nulls),
                ElementsAre("1 7 1 0", "1 8 1 9", "id is empty"));
    EXPECT_THAT(read_events("1,7,3\n1,7,NA\n1,7,\\N\n", csv),
                ElementsAre("1 7 3 0", text(Defect::absent_word), text(Defect::absent_word)));
}

TEST(QuotedFields, OfBlanksOrFormulasAreWhatIsMeant)
{
    EXPECT_THAT(read_events("\"  \",2,3\n1,\" \",3\n1,4,\" \"\n", LogLayout{}),
                ElementsAre("id is empty", "id is empty", "1 4 1 0"));
    EXPECT_THAT(read_events("=\"007\",=\"01\",3\n\"=\"\"008\"\"\",9,=\"4\"\n", LogLayout{}),
                ElementsAre("007 01 3 0", "008 9 4 0"));
    EXPECT_THAT(read_events("=\"a\"b\",7\n=\"\",7\n=7,8\n", LogLayout{}),
                ElementsAre("quote without its end", "id is empty", "=7 8 1 0"));
    EXPECT_THAT(read_events("1,2,3\r\n1,3,4\r\n\x1A", LogLayout{}), ElementsAre("1 2 3 0", "1 3 4 0"));
}

TEST(Numbers, MayHaveADecimalCommaThatCannotBeOfThousands)
{
    const LogLayout semicolon{.separator = Separator::semicolon};
    EXPECT_THAT(read_events("1;7;2,5\n1;8;-0,125\n1;9;+1\n1;7;1234,567\n", semicolon),
                ElementsAre("1 7 2.5 0", "1 8 -0.125 0", "1 9 1 0", "1 7 1234.567 0"));
    EXPECT_THAT(read_events("1;7;1,234\n1;7;1,234,567\n1;7;,5\n", semicolon),
                ElementsAre(text(Defect::comma_in_number), text(Defect::not_a_number), text(Defect::not_a_number)));
    EXPECT_THAT(read_events("1,7,\"1,234\"\n", LogLayout{.decimal_comma = true}), ElementsAre("1 7 1.234 0"));
}

}  // namespace
}  // namespace alster
