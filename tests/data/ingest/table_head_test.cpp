#include "data/ingest/table_head.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "data/ingest/column_names.hpp"
#include "tests/data/ingest/read_events.hpp"
#include "tests/support/expect_error.hpp"

namespace alster {
namespace {

using test::read_events;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const LogLayout csv{};

std::string refusal(const std::string& text, const LogLayout& layout = {})
{
    return test::message_of([&] { read_events(text, layout); });
}

LogLayout with(const char* columns, std::optional<bool> header = std::nullopt)
{
    return {.columns = ColumnSpec::parse(columns), .header = header};
}

TEST(ColumnNames, AreKnownInAnyCaseAndWithAnyMarks)
{
    for (const char* name : {"user", "USER_ID", "userId", "User-ID", "uid", "visitorid", "user_id:token"})
        EXPECT_EQ(EventColumn::user, named_column(name)) << name;
    for (const char* name :
         {"item", "itemId", "movieId", "MOVIE_ID", "video_id", "iid", "product id", "anime_id", "ISBN"})
        EXPECT_EQ(EventColumn::item, named_column(name)) << name;
    EXPECT_EQ(EventColumn::value, named_column("Book-Rating"));
    EXPECT_EQ(EventColumn::time, named_column("TIMESTAMP"));
    EXPECT_EQ(EventColumn::event, named_column("EVENT_TYPE"));
    EXPECT_EQ(EventColumn::confidence, named_column("confidence"));
    for (const char* name : {"", "u17", "1", "order_id", "ännchen", "_", "userid2", "user.id"})
        EXPECT_FALSE(named_column(name)) << name;
}

TEST(TableHead, FindsColumnsByKnownNamesInAnyOrder)
{
    const LogLayout header{.header = true};
    EXPECT_THAT(read_events("USER_ID,ITEM_ID,TIMESTAMP\n901,11,1700000000\n", csv), ElementsAre("901 11 1 1700000000"));
    EXPECT_THAT(read_events("ts,event_type,rating,movieId,userId\n9,play,4.5,7,3\n", header),
                ElementsAre("3 7 4.5 9 play"));
    EXPECT_THAT(read_events(",user_id,item_id,n\n0,3,7,2\n1,4,7,1\n", header), ElementsAre("3 7 2 0", "4 7 1 0"));
    EXPECT_THAT(read_events("user_id,user,item_id,comment\n3,Ann,7,good\n", csv), ElementsAre("3 7 1 0"));
    EXPECT_EQ("user=userId, item=movieId; not used: tag",
              read_table_head("userId,movieId,tag\n1,2,x\n", csv, "log").columns);
}

TEST(TableHead, RefusesAHeaderThatLeavesAChoiceWithWhatToWrite)
{
    const LogLayout header{.header = true};
    EXPECT_THAT(refusal("who,what\n1,2\n", header),
                AllOf(HasSubstr("log:1: no column is known to be the user"), HasSubstr("has: who, what"),
                      HasSubstr("write --columns user=NAME,item=NAME")));
    EXPECT_THAT(refusal("user_id,recipe_name,rating\n1,2,3\n", header),
                AllOf(HasSubstr("to be the item"), HasSubstr("--columns user=user_id,item=NAME,value=rating")));
    EXPECT_THAT(refusal("user_id,item_id,rating,score\n1,2,3,4\n"),
                HasSubstr("'rating' and 'score' could both be the value"));
    EXPECT_THAT(refusal("user_id,movie_id,video_id\n1,2,3\n"), HasSubstr("could both be the item"));
}

TEST(TableHead, RecognizesAHeaderOrRefusesWhatLooksLikeOne)
{
    EXPECT_THAT(read_events("user_id,item_id,rating\n1,10,3\n", csv), ElementsAre("1 10 3 0"));
    EXPECT_THAT(read_events("userId,movieId,rating\n1,10,3\n", with("user=0,item=1,value=2")), ElementsAre("1 10 3 0"));
    EXPECT_THAT(read_events("who,what\n1,10\n", with("user=who,item=what")), ElementsAre("1 10 1 0"));
    EXPECT_THAT(refusal("kunde,artikel,menge\n1,10,3\n"),
                AllOf(HasSubstr("log:1: looks like a header: write --header --columns"), HasSubstr("--no-header")));
    EXPECT_THAT(refusal("who,what,3,when\n1,10,3,99\n"), HasSubstr("looks like a header"));
    EXPECT_THAT(refusal("user_id,thing\n1,10\n"), HasSubstr("looks like a header"));
    EXPECT_THAT(refusal(",0,1,2\n0,7,8,3\n"), HasSubstr("the first field is empty"));
    EXPECT_THAT(read_events("user_id,thing\n1,10\n", LogLayout{.header = false}),
                ElementsAre("user_id thing 1 0", "1 10 1 0"));
}

TEST(TableHead, LeavesIdsThatAreWordsAlone)
{
    EXPECT_THAT(read_events("alice,date\nbob,user\n", csv), ElementsAre("alice date 1 0", "bob user 1 0"));
    EXPECT_THAT(read_events("alice,inception,5\nbob,up,4\n", csv), ElementsAre("alice inception 5 0", "bob up 4 0"));
    EXPECT_THAT(read_events("alice,up,5\nbob,up,worse\n", csv), ElementsAre("alice up 5 0", "value is not a number"));
    EXPECT_THAT(read_events("#love,up,5\n#cats,up,4\n", csv), ElementsAre("#love up 5 0", "#cats up 4 0"));
    EXPECT_THAT(read_events("#bob 1\nann 2\n#tim 3\n", LogLayout{.format = LogFormat::pairs}),
                ElementsAre("#bob 1 1 0", "ann 2 1 0", "#tim 3 1 0"));
    EXPECT_THAT(refusal("u,i\n1,10\n2,20\n"), HasSubstr("looks like a header"));
}

TEST(TableHead, PassesOverCommentsAndTheLineOfExcel)
{
    EXPECT_THAT(read_events("sep=;\r\nuser_id;item_id;rating\r\n1;10;3\r\n", csv), ElementsAre("1 10 3 0"));
    EXPECT_THAT(read_events("\"sep=;\"\n1;10;3\n", csv), ElementsAre("1 10 3 0"));
    EXPECT_THAT(read_events("# made, on a Monday\n#by hand\n1,10,3\n# the end\n2,10,3\n", csv),
                ElementsAre("1 10 3 0", "2 10 3 0"));
    EXPECT_THAT(read_events("# user_id, item_id, rating\n1,10,3\n", csv), ElementsAre("1 10 3 0"));
    EXPECT_THAT(read_events("#item_id\tuser_id\n1\t10\n", LogLayout{.format = LogFormat::tsv}),
                ElementsAre("10 1 1 0"));
}

TEST(TableHead, ShiftsTheColumnsWhereRHasNamedTheRows)
{
    EXPECT_THAT(read_events("\"user\" \"item\" \"n\"\n\"1\" \"u1\" \"Guns \\\"N\\\" Co\" 3\n\"2\" \"u2\" \"b\" 1\n",
                            LogLayout{.separator = Separator::blanks}),
                ElementsAre("u1 Guns \"N\" Co 3 0", "u2 b 1 0"));
    const LogLayout tsv{.format = LogFormat::tsv};
    EXPECT_THAT(read_events("user\titem\tn\n1\t7\t8\t3\n2\t7\t9\t1\n", tsv), ElementsAre("7 8 3 0", "7 9 1 0"));
    // what stands behind commas, or in front of no count, is a field too many
    const std::string surplus = "more fields than the first line";
    EXPECT_THAT(read_events("user,item,n\n1,7,8,3\n2,7,9,1\n", csv), ElementsAre(surplus, surplus));
    EXPECT_THAT(read_events("user\titem\tn\n7\t8\t4\t5\n7\t9\t2\t0\n", tsv), ElementsAre(surplus, surplus));
    EXPECT_THAT(read_events("user,item,n\n7,8,3,\n", csv), ElementsAre("7 8 3 0"));
}

TEST(TableHead, SaysWhichSeparatorToWrite)
{
    EXPECT_THAT(refusal("3   1  2.75 1512000000\n"), HasSubstr("write --format csv --separator space"));
    EXPECT_THAT(refusal("\"User-ID\";\"ISBN\";\"Book-Rating\"\n\"1\";\"2\";\"3\"\n", LogLayout{.header = true}),
                HasSubstr("3 with ';': write --format csv --separator ';'"));
    EXPECT_THAT(refusal("1;10;2,5\n2;10;3,5\n"), HasSubstr("--separator ';'"));
    EXPECT_THAT(refusal("1\t10\t3\n"), HasSubstr("--separator '\\t'"));
    EXPECT_THAT(refusal("1|10|3\n"), HasSubstr("--separator '|'"));
    EXPECT_THAT(refusal("1::10::3\n"), HasSubstr("--separator '::'"));
    EXPECT_THAT(refusal("1,10,3\n", LogLayout{.format = LogFormat::tsv}), HasSubstr("--separator ','"));
    EXPECT_THAT(refusal("{\"user\":1,\"item\":2}\n"), HasSubstr("--format jsonl"));
    EXPECT_THAT(refusal("1:\n1488844,3,2005-09-06\n"), HasSubstr("Netflix Prize"));
    EXPECT_THAT(read_events("auth0|7,a|b,3\n", csv), ElementsAre("auth0|7 a|b 3 0"));
}

TEST(TableHead, ReadsEverySeparator)
{
    const auto cut = [](const std::string& text, const char* word) {
        return read_events(text, LogLayout{.separator = Separator::parse(word)});
    };
    EXPECT_THAT(cut("1;10;\"a;b\"\n", ";"), ElementsAre("value is not a number"));
    EXPECT_THAT(cut("\"a;b\"; 10 ;3\n", ";"), ElementsAre("a;b 10 3 0"));
    EXPECT_THAT(cut("1|10|3\n", "|"), ElementsAre("1 10 3 0"));
    EXPECT_THAT(cut("1\t10\t3\n", "\\t"), ElementsAre("1 10 3 0"));
    EXPECT_THAT(cut("1::10::3::99\n", "::"), ElementsAre("1 10 3 99"));
    EXPECT_THAT(cut("  1   10\t3 \n", "space"), ElementsAre("1 10 3 0"));
    EXPECT_THAT(cut("1\00110\0013\n", "^A"), ElementsAre("1 10 3 0"));
    for (const char* word : {"", "x", "5", "-", ".", "\"", ";;", "\n"})
        EXPECT_THROW(static_cast<void>(Separator::parse(word)), Error) << word;
}

TEST(TableHead, RefusesMoreFieldsThanTheHeaderHas)
{
    EXPECT_THAT(read_events("user_id,title,item_id\n1,A, or B,7\n1,C,7,\n2,\"A, or B\",8\n", csv),
                ElementsAre("more fields than the first line", "1 7 1 0", "2 8 1 0"));
}

TEST(TableHead, WithoutAHeaderNoLineHasMoreFieldsThanTheFirst)
{
    const std::string surplus = "more fields than the first line";
    EXPECT_THAT(read_events("1,10,4\n2,20,3,5\n3,30,5,\n", csv), ElementsAre("1 10 4 0", surplus, "3 30 5 0"));
    EXPECT_THAT(read_events("1,10\n2,20,3\n", csv), ElementsAre("1 10 1 0", surplus));
    EXPECT_THAT(read_events("1,10,x\n2,20,x,y\n", with("user=0,item=1")), ElementsAre("1 10 1 0", surplus));
    EXPECT_THAT(read_events("1::10::4\n2::20::3::9::8\n", LogLayout{.format = LogFormat::movielens}),
                ElementsAre("1 10 4 0", surplus));
    EXPECT_THAT(read_events("1 10 so and so\n", LogLayout{.format = LogFormat::pairs}), ElementsAre("1 10 1 0"));
}

TEST(TableHead, FindsAnotherSeparatorBehindDecimalCommas)
{
    for (const auto& [line, word] : {std::pair("1|10|4,5\n2|20|3\n", "'|'"),
                                     {"1 10 4,5\n2 20 3\n", "space"},
                                     {"1::10::-4,5\n2::20::3\n", "'::'"},
                                     {"1|10|4,5|1700000000\n", "'|'"},
                                     {"1|10|4,5|0,25\n", "'|'"}})
        EXPECT_THAT(refusal(line), HasSubstr(fmt::format("--separator {}", word))) << line;
    EXPECT_THAT(read_events("Ann Lee Fox,10,4\n", csv), ElementsAre("Ann Lee Fox 10 4 0"));
    EXPECT_THAT(read_events("a|b|c,10\n", csv), ElementsAre("a|b|c 10 1 0"));
    EXPECT_THAT(read_events("1|10|4,5\n", LogLayout{.separator = Separator::comma}), ElementsAre("1|10|4 5 1 0"));
}

TEST(TableHead, MustBeginInTheFirst64KiB)
{
    const std::string comment = "# " + std::string(997, 'c') + "\n";
    std::string few, many;
    for (int n = 0; n < 60; ++n) few += comment;
    for (int n = 0; n < 70; ++n) many += comment;
    const std::string table = "item_id,user_id\n10,1\n";
    EXPECT_THAT(read_events(few + table, csv), ElementsAre("1 10 1 0"));
    EXPECT_THAT(refusal(many + table), AllOf(HasSubstr("its first 64 KiB are comments"), HasSubstr("grep -v")));
    EXPECT_THAT(refusal("item_id,user_id," + std::string(70'000, 'n') + "\n10,1,2\n"),
                HasSubstr("log:1: the first line of the table does not end in the first 64 KiB"));

    std::string short_ones;
    for (int n = 0; n < 5000; ++n) short_ones += "#\n";
    EXPECT_THAT(read_events(short_ones + table, csv), ElementsAre("1 10 1 0"));
}

TEST(RepeatedHeaders, ArePassedOverAndCounted)
{
    const test::TemporaryDirectory directory;
    InteractionReader reader(
        {test::write_file(directory / "log",
                          "user_id,item_id\n1,10\nuser_id,item_id\n2,11\n\xEF\xBB\xBFuser_id,item_id\r\n"
                          "\"User_ID\",\"Item_ID\"\n# so\n3,12\n")},
        csv);
    int events = 0;
    for (; reader.next(); ++events) EXPECT_EQ(Defect::none, reader.defect());
    EXPECT_EQ(3, events);
    EXPECT_EQ(3, reader.passed().headers);
    EXPECT_EQ(1, reader.passed().comments);
}

TEST(RepeatedHeaders, ArePassedOverInEveryFormatOfLines)
{
    EXPECT_THAT(read_events("1,10,3\nuser_id,item_id,rating\n2,11,4\n", csv), ElementsAre("1 10 3 0", "2 11 4 0"));
    EXPECT_THAT(read_events("who,what\n1,10\nwho,what\n2,11\n", with("user=who,item=what", true)),
                ElementsAre("1 10 1 0", "2 11 1 0"));
    EXPECT_THAT(
        read_events("userId::movieId\n1::10\nuserId::movieId\n2::11\n", LogLayout{.format = LogFormat::movielens}),
        ElementsAre("1 10 1 0", "2 11 1 0"));
    EXPECT_THAT(read_events("user item\n1 10\nuser item\n2 11\n", LogLayout{.format = LogFormat::pairs}),
                ElementsAre("1 10 1 0", "2 11 1 0"));
    EXPECT_THAT(read_events("user_id items\n1 10\n", LogLayout{.format = LogFormat::lists}), ElementsAre("1 10 1 0"));
}

TEST(RepeatedHeaders, WithOtherColumnsEndReading)
{
    EXPECT_THAT(refusal("user_id,item_id,rating\n1,10,3\nitem_id,user_id,rating\n11,2,4\n"),
                AllOf(HasSubstr("at byte 30 stands another header"), HasSubstr("one by one")));
}

TEST(HeaderOverPositions, MustNameThemInTheirOrder)
{
    const LogLayout layout = with("user=0,item=1,event=2,time=3", true);
    EXPECT_THAT(read_events("user,item,event,time\n1,10,play,1744000099\n", layout),
                ElementsAre("1 10 1 1744000099 play"));
    EXPECT_THAT(refusal("item,user,event,time\n10,1,play,1744000099\n", layout),
                AllOf(HasSubstr("names 'item' where --columns has the user, and 'user'"), HasSubstr("user=NAME")));
    EXPECT_THAT(refusal("user,item,time,event\n1,10,9,play\n", layout),
                HasSubstr("the header names 'event' where --columns has the time"));
    EXPECT_THAT(read_events("user,item,rating,note\n1,10,3,5\n", with("user=0,item=1,confidence=2", true)),
                ElementsAre("1 10 1 0"));  // one name alone contradicts nothing
    EXPECT_THAT(read_events("item,user\n1,10\n", with("user=item,item=user", true)), ElementsAre("1 10 1 0"));
}

TEST(HeaderOverPositions, MustNotBeAnEvent)
{
    const LogLayout layout = with("user=0,item=1,value=2,time=3", true), pairs = with("user=0,item=1", true);
    EXPECT_THAT(refusal("7,10,4,1744000099\n8,10,4,1744000098\n", layout),
                AllOf(HasSubstr("the first line is an event"), HasSubstr("--no-header")));
    EXPECT_THAT(refusal("ann,pulp,,2024-05-06T07:08:09Z\nbob,pulp,4,1744000098\n", layout), HasSubstr("is an event"));
    EXPECT_THAT(refusal("7,10\n8,10\n", pairs), HasSubstr("is an event"));
    EXPECT_THAT(read_events("a,b\n8,10\n", pairs), ElementsAre("8 10 1 0"));
    EXPECT_THAT(read_events("0,1,2,3\n8,10,4,1744000098\n", layout), ElementsAre("8 10 4 1744000098"));
    EXPECT_THAT(read_events("user,item,2019,2020\n8,10,4,1744000098\n", layout), ElementsAre("8 10 4 1744000098"));
}

TEST(HeaderOverPositions, MustSayTheSameInEveryFile)
{
    const test::TemporaryDirectory directory;
    const auto read = [&](const char* first, const char* second, const LogLayout& layout) {
        InteractionReader reader(
            {test::write_file(directory / "one", first), test::write_file(directory / "two", second)}, layout);
        int events = 0;
        while (reader.next()) ++events;
        return events;
    };
    const LogLayout layout = with("user=0,item=1", true);
    EXPECT_EQ(2, read("who,what\n1,10\n", "who,what\n1,11\n", layout));
    EXPECT_EQ(2, read("user,what\n1,10\n", "user_id,what\n1,11\n", layout));
    EXPECT_EQ(2, read("who,what\n1,10\n", "what,who\n11,1\n", with("user=who,item=what", true)));
    EXPECT_THAT(test::message_of([&] { read("who,what\n1,10\n", "what,who\n11,1\n", layout); }),
                AllOf(HasSubstr("two: the header names 'what'"), HasSubstr("one has 'who' there")));
}

TEST(RepeatedHeaders, AreFoundFromEveryPartOfAFile)
{
    std::string text = "# a comment\nitem_id,user_id,rating\n";
    for (int i = 0; i < 40; ++i)
        text += fmt::format("{},{},{}\n", i % 7, 100 + i, i % 5) + (i % 9 ? "" : "item_id,user_id,rating\n");
    const auto whole = read_events(text, csv);
    EXPECT_EQ(40U, whole.size());
    for (int ranks = 2; ranks < 60; ++ranks) EXPECT_EQ(whole, read_events(text, csv, ranks)) << ranks;
}

}  // namespace
}  // namespace alster
