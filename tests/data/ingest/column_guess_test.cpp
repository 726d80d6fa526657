#include "data/ingest/column_guess.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>

#include "tests/data/ingest/read_events.hpp"
#include "tests/support/expect_error.hpp"

namespace alster {
namespace {

using test::read_events;
using testing::AllOf;
using testing::HasSubstr;

const LogLayout tsv{.format = LogFormat::tsv};
const LogLayout pairs{.format = LogFormat::pairs};
const LogLayout lists{.format = LogFormat::lists};

std::string refusal(const std::string& text, const LogLayout& layout = {})
{
    try {
        read_events(text, layout);
    } catch (const Error& error) {
        EXPECT_EQ(ExitCode::usage, error.code()) << error.what();
        return error.what();
    }
    return "read";
}

/// A log of so many lines.
std::string lines(int count, const std::function<std::string(int)>& line)
{
    std::string text;
    for (int n = 0; n < count; ++n) text += line(n) + "\n";
    return text;
}

std::string day(int n) { return fmt::format("2014-04-{:02}T10:51:{:02}.277Z", 1 + n % 28, n % 60); }
std::string second(int n) { return fmt::format("{}", 1'600'000'000 + 977 * n); }

struct Case {
    const char* what;
    std::string text;
    const char* column;   // the message has it
    const char* example;  // and this at its end
};

TEST(ColumnGuess, RefusesColumnsThatAreInAnotherOrder)
{
    const std::vector<Case> cases = {
        {"YooChoose clicks", lines(3, [](int n) { return fmt::format("1,{},21453650{},0", day(n), n); }),
         "column 1 ('2014-04-01T10:51:00.277Z'), which would be the item, holds times", "user=0,item=2,time=1"},
        {"the same with Unix times", lines(3, [](int n) { return fmt::format("{},{},21453650{},0", n, second(n), n); }),
         "which would be the item, holds times", "user=0,item=2,time=1"},
        {"YooChoose purchases", lines(3, [](int n) { return fmt::format("42,{},21453650{},12462,1", day(n), n); }),
         "5 columns and no header", "user=0,item=2,time=1"},
        {"Taobao", "1,2268318,2520377,pv,1511544070\n", "5 columns and no header", "user=0,item=1,time=4"},
        {"Gowalla", "0\t2010-10-19T23:55:27Z\t30.23\t-97.79\t22847\n", "5 columns and no header", "time=1"},
        {"Gowalla without places", "0\t2010-10-19T23:55:27Z\t22847\n", "the item, holds times", "user=0,item=2,time=1"},
        {"the time first", lines(4, [](int n) { return fmt::format("{}\t{}\t{}", second(n), n % 2, n); }),
         "which would be the user, holds times", "user=1,item=2,time=0"},
        {"no value", "1\t7\t2020-01-31 10:00:00\n", "the value, holds times", "user=0,item=1,time=2"},
        {"types", "1\t7\tview\n2\t7\tbuy\n", "('view'), which would be the value, holds words", "item=1,event=2"},
        {"types and times", "1\t7\tview\t1600000000\n2\t7\tbuy\t1600000001\n", "holds words",
         "user=0,item=1,event=2,time=3"},
        {"types behind times", "1\t7\t1600000000\tview\n2\t7\t1600000001\tbuy\n", "the value, holds times", "time=2"},
        {"an American date", "1\t3/5/2022 8:55:22 AM\t7\n2\t13/5/2022 8:55:22 AM\t7\n", "the item, holds times",
         "user=0,item=2,time=1"},
        {"an index of pandas", lines(10, [](int n) { return fmt::format("{}\t{}\t{}\t4", n, n % 3, n % 5); }),
         "column 0 ('0'), which would be the user, counts the rows", "user=1,item=2"},
        {"categories of items",
         lines(80, [](int n) { return fmt::format("{}\t{}\t{}\t{}", n / 2, n % 20, n % 4, second(n)); }),
         "the value, is the same in all rows of an item", "user=0,item=1,time=3"},
        {"ids of categories", "1\t2268318\t2520377\t1511544070\n1\t2333346\t2520771\t1511561733\n",
         "the value, may hold ids or categories as well", "user=0,item=1,time=3"},
        {"an item for a time", "1\t5\t3\t214536502\n1\t4\t2\t214536500\n", "the time, holds numbers that are no times",
         "user=0,item=1"},
        {"numbers for items", "1\t2.5\t7\n2\t3.5\t7\n3\t0.5\t8\n", "the item, holds numbers with a fraction", "item=1"},
    };
    for (const auto& [what, text, column, example] : cases)
        EXPECT_THAT(refusal(text, text.find('\t') == text.npos ? LogLayout{} : tsv),
                    AllOf(HasSubstr("log:1: "), HasSubstr(column), HasSubstr(": say by position which column is which"),
                          HasSubstr(example)))
            << what;
}

TEST(ColumnGuess, TakesTheUsualOrder)
{
    const std::vector<std::pair<const char*, std::string>> cases = {
        {"ratings", lines(50, [](int n) { return fmt::format("{},{},{},{}", n % 7, n % 11, 1 + n % 5, second(n)); })},
        {"times only of some", "1,10,3,\n2,10,4,1600000000\n3,11,5,0\n"},
        {"plays", lines(50, [](int n) { return fmt::format("{},{},{}", n % 7, n % 11, 1 + n * n * n); })},
        {"watched milliseconds",
         lines(50, [](int n) { return fmt::format("{},{},{}", n % 7, n % 11, 5000 + 977 * n); })},
        {"one value", lines(50, [](int n) { return fmt::format("{},{},1,{}", n / 3, n % 11, second(n)); })},
        {"the same rating of each user", lines(50, [](int n) { return fmt::format("{},{},{}", n % 7, n, n % 7); })},
        {"ids of ten digits", lines(9, [](int n) { return fmt::format("{},{}", second(n % 4), second(n)); })},
        {"ids of Twitter", lines(9, [](int n) { return fmt::format("{},14000000000000000{:02}", n % 2, 7 * n); })},
        {"ids of ten digits and times", lines(9, [](int n) { return fmt::format("{0},{1},3,{0}", second(n), n % 3); })},
        {"separators at the end", "1,10,3,1600000000,,\n2,10,4,1600000001,,\n"},
        {"few users, counted", "1,10,3\n2,10,3\n3,11,4\n"},
        {"small times", "1,10,3,100\n2,10,4,200\n"},
        {"values of one line", "1,10,5000\n"},
        {"comments between", "1,10,3\n# view, buy, hold\n2,10,4\n"},
    };
    for (const auto& [what, text] : cases) EXPECT_EQ("read", refusal(text)) << what;
    EXPECT_EQ("read", refusal("1,10,view,9\n2,10,buy,9\n", LogLayout{.columns = ColumnSpec::parse("user=0,item=1")}));
    EXPECT_EQ("read", refusal("1,10,1,07.05.22\n2,10,1,08.05.22\n", LogLayout{.times = TimeFormat::parse("%d.%m.%y")}));
    EXPECT_EQ("read", refusal("1,10,NULL,9\n2,10,NULL,9\n", LogLayout{.nulls = {"NULL"}}));
}

TEST(ColumnGuess, LinesOfIdsHoldIds)
{
    EXPECT_THAT(refusal("0\t2010-10-19T23:55:27Z\t22847\n", pairs),
                HasSubstr("log:1: field 1 ('2010-10-19T23:55:27Z')"));
    EXPECT_THAT(refusal(lines(5, [](int n) { return fmt::format("{} {} 7", n, second(n)); }), pairs),
                HasSubstr("of all lines holds a time, so that it is no item"));
    EXPECT_THAT(refusal(lines(5, [](int n) { return fmt::format("{} 7 3 {}", n, second(n)); }), lists),
                AllOf(HasSubstr("field 3 ('1600000000')"), HasSubstr("--columns user=0,item=1")));
    EXPECT_THAT(refusal("1 7 3.5\n2 7 4.5\n2 8 .5\n", lists), HasSubstr("is a number with a fraction"));
    EXPECT_EQ("read", refusal("1 7 3.5\n2 7 4.5\n2 8 .5\n", pairs));
    EXPECT_EQ("read", refusal("# FromNodeId ToNodeId\n30 1412\n30 3352\n30 5254\n", pairs));
    EXPECT_EQ("read", refusal("1 7 8\n2 7 2020-01-01\n2\n", lists));
}

TEST(ColumnGuess, CountsInFrontOfListsAreNoUsers)
{
    EXPECT_THAT(
        test::message_of([&] { read_events("3 11 12 13\n2 14 15\n1 9\n", lists); }),
        AllOf(HasSubstr("log:1: lines begin with the number of their items"), HasSubstr("awk '{$1 = NR; print}'")));
    EXPECT_THAT(test::message_of([&] { read_events("0\n1 9\n1 7\n2 7 9\n", lists); }), HasSubstr("the number of"));
    EXPECT_EQ("read", refusal("3 11 12 13\n2 14 15\n4 9\n", lists));
    EXPECT_EQ("read", refusal("1 9\n2 7 8\n", lists));
}

TEST(ColumnGuess, OtherLayoutsOfTextAreNamedInEveryFormatOfLines)
{
    const std::string mind = "1\tU13740\t11/11/2019 9:05:58 AM\tN55189 N42782\tN55689-1 N35729-0\n";
    const std::vector<std::pair<std::string, const char*>> cases = {
        {"1:\n1488844,3,2005-09-06\n", "Netflix Prize"},
        {"1 3:4.5 17:2\n2 3:1\n", "libsvm"},
        {"+1 3:1\n", "libsvm"},
        {mind, "the impressions of MIND"},
        {"{\"user\":1,\"item\":2}\n", "looks like JSON"},
        {"@RELATION ratings\n", "an ARFF file"},
        {"src dst\n1 2\n3 4\n", "look"},
    };
    for (const auto& [text, name] : cases)
        for (const LogLayout& layout : {pairs, lists})
            EXPECT_THAT(test::message_of([&] { read_events(text, layout); }), HasSubstr(name)) << text;
    EXPECT_THAT(test::message_of([&] { read_events(mind, tsv); }), HasSubstr("MIND"));
    EXPECT_THAT(test::message_of([&] { read_events("1 3:4.5 17:2\n2 3:1\n", LogLayout{}); }), HasSubstr("libsvm"));
    const LogLayout named{.format = LogFormat::tsv, .columns = ColumnSpec::parse("user=1,item=0")};
    EXPECT_EQ(1U, read_events(mind, named).size());
    EXPECT_THAT(read_events("1 3:x\n2 3:1\n", pairs), testing::ElementsAre("1 3:x 1 0", "2 3:1 1 0"));
}

TEST(ColumnGuess, WhatProgramsPrintForPeopleIsRefused)
{
    const std::vector<std::pair<std::string, const char*>> cases = {
        {"(1,10)\n(2,11)\n", "rows in brackets"},
        {"[1,10,3]\n[2,11,4]\n", "rows in brackets"},
        {"[{\"user\":1,\"item\":2}]\n", "looks like JSON"},
        {"+------+------+\n| user | item |\n+------+------+\n| 1 | 10 |\n", "drawn with lines"},
        {"| user | item |\n|---|---|\n| 1 | 10 |\n", "drawn with lines"},
        {" user_id | item_id \n---------+---------\n 1 | 10\n(1 row)\n", "drawn with lines"},
        {"0,1,2\n1,10,3\n2,11,4\n", "a header of numbers"},
        {"_c0,_c1,_c2\n1,10,4\n2,10,3\n", "looks like a header"},
        {"X1,X2\n1,10\n2,11\n", "looks like a header"},
        {"user_id,item_id\n1,10\n2.0,11\n", "ids of column 0 are written as '1' and as '2.0'"},
        {"user_id,item_id\na,10.0\nb,11\n", "ids of column 1 are written as '11' and as '10.0'"},
        {"0001393774,AHZ9QWERTYUI,5,1353369600\nB000123456,A2BCDEFGHIJ,4,1353369601\n", "--columns user=1,item=0"},
        {"u1\00110\0013.5\n", "--separator ^A"},
        {"user,items\n1,10 11 12\n2,13\n", "column 1, taken for the item, holds several in one field ('10 11 12')"},
        {"user_id,item_id\n1,\"10,11\"\n2,\"10,13\"\n", "several in one field"},
        {"user_id|item_id\n1|[10,11]\n", "several in one field"},
    };
    for (const auto& [text, name] : cases) {
        const LogLayout layout{.separator = text.find('|') == text.npos ? std::nullopt : std::optional(Separator::bar)};
        EXPECT_THAT(test::message_of([&] { read_events(text, layout); }), HasSubstr(name)) << text;
    }
    EXPECT_EQ("read", refusal("A2SUAM1J3GNN3B,0000013714,5,1353369600\nA2SUAM1J3GNN3C,B000013714,4,1353369601\n"));
    EXPECT_EQ("read", refusal("user_id,item_id\n1.0,10.0\n2.0,11.0\n"));
    EXPECT_EQ("read", refusal("0,1\n1,10\n"));
    EXPECT_EQ("read", refusal("user,item\n1,10 11 12\n2,Up\n"));
}

TEST(ColumnGuess, NumbersThatOthersHaveSpoiledAreBadLines)
{
    EXPECT_THAT(read_events("user,item\n1.23457E+12,10\n1.2,10\n12E+05x,10\n", LogLayout{}),
                testing::ElementsAre(HasSubstr("scientific notation"), "1.2 10 1 0", "12E+05x 10 1 0"));
    for (const std::string id : {"1.23457e+12", "1.2345678901234568e+18", "1e+05", "1.23457E12", "-1.5e-3", "123E+4"})
        EXPECT_THAT(read_events("user,item\n" + id + ",10\n", LogLayout{}),
                    testing::ElementsAre(HasSubstr("scientific notation")))
            << id;
    EXPECT_THAT(read_events("user;item\n1,23457E+12;10\n", LogLayout{.separator = Separator::semicolon}),
                testing::ElementsAre(HasSubstr("scientific notation")));
    for (const std::string name : {"12E5", "e5", "1e", "1.e5", "B00E+1", "3e5f"})
        EXPECT_THAT(read_events("user,item\n" + name + ",10\n", LogLayout{}), testing::ElementsAre(name + " 10 1 0"));
}

TEST(ColumnGuess, WordsForNoneAreNoIds)
{
    for (const std::string word : {"#N/A", "n/a", "-nan", "(null)", "[NULL]", "<null>", "NaT", "(not set)", "#REF!",
                                   "#VALUE!", "1.#QNAN", "nil"})
        EXPECT_THAT(read_events("user,item\n" + word + ",10\n", LogLayout{}),
                    testing::ElementsAre(HasSubstr("a word for none")))
            << word;
}

TEST(ColumnGuess, ACommaInANumberIsOfDecimalsOrThousands)
{
    EXPECT_THAT(
        read_events("1;7;1.234\n2;7;2,5\n", LogLayout{.separator = Separator::semicolon, .decimal_comma = true}),
        testing::ElementsAre(HasSubstr("a dot in the value"), "2 7 2.5 0"));
}

TEST(ColumnGuess, OfTwoNamesTheSurerOneIsTaken)
{
    EXPECT_THAT(read_events("reviewerID,asin,reviewTime,unixReviewTime\n1,7,\"12 3, 2013\",1386028800\n", LogLayout{}),
                testing::ElementsAre("1 7 1 1386028800"));
    EXPECT_THAT(read_events(R"({"reviewerID":1,"asin":7,"unixReviewTime":1386028800,"reviewTime":"12 3, 2013"})",
                            LogLayout{.format = LogFormat::jsonl}),
                testing::ElementsAre("1 7 1 1386028800"));
    EXPECT_THAT(read_events("userID\tartistID\tday\tmonth\tyear\n2\t52\t1\t4\t2009\n", tsv),
                testing::ElementsAre("2 52 1 0"));
    EXPECT_THAT(read_events("userID\tartistID\tday\n2\t52\t2009-04-01\n", tsv),
                testing::ElementsAre("2 52 1 1238544000"));
}

TEST(ColumnGuess, NullsAreNotGivenInEveryFormat)
{
    const std::vector<std::string> nulls = {"-1", "none"};
    EXPECT_THAT(read_events("1 none\n2 7\n", LogLayout{.format = LogFormat::pairs, .nulls = nulls}),
                testing::ElementsAre("id is empty", "2 7 1 0"));
    EXPECT_THAT(read_events("1 7 -1\n2 7\n", LogLayout{.format = LogFormat::lists, .nulls = nulls}),
                testing::ElementsAre("id is empty", "2 7 1 0"));
    const std::string json =
        "{\"user\":1,\"item\":7,\"rating\":\"none\",\"ts\":\"-1\"}\n{\"user\":\"none\",\"item\":7}\n";
    EXPECT_THAT(read_events(json, LogLayout{.format = LogFormat::jsonl, .nulls = nulls}),
                testing::ElementsAre("1 7 1 0", "id is empty"));
    EXPECT_THAT(read_events(json, LogLayout{.format = LogFormat::jsonl,
                                            .columns = ColumnSpec::parse("user=user,item=item,value=rating,time=ts"),
                                            .nulls = nulls}),
                testing::ElementsAre("1 7 1 0", "id is empty"));
}

}  // namespace
}  // namespace alster
