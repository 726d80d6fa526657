#include <fmt/format.h>
#include <gmock/gmock.h>

#include "data/error.hpp"
#include "data/ingest/interaction_reader.hpp"
#include "data/ingest/json_objects.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// Each object as "user item value seconds type confidence", or "line: what is
/// wrong with it".
std::vector<std::string> read(const std::string& text, const char* columns = "", int ranks = 1)
{
    const test::TemporaryDirectory directory;
    const std::vector<std::string> paths = {test::write_file(directory / "log", text)};
    const auto files = inspect_inputs(paths, Records::json_objects);
    std::vector<std::string> result;
    TakenKeys keys;
    for (int rank = 0; rank < ranks; ++rank) {
        InteractionReader reader(paths, parts_of(files, rank, ranks),
                                 {.format = LogFormat::jsonl, .columns = ColumnSpec::parse(columns)});
        while (reader.next()) {
            if (reader.defect() != Defect::none)
                result.push_back(
                    fmt::format("{}: {}: {}", reader.line().number, alster::text(reader.defect()), reader.detail()));
            else
                for (const auto& e : reader.events())
                    result.push_back(fmt::format("{} {} {} {} {} {}", e.user, e.item, e.value, e.time.time / 1000,
                                                 e.type, e.confidence));
        }
        keys.add(TakenKeys::from_text(reader.taken_keys().text()));
    }
    keys.require_one_each(paths);
    return result;
}

TEST(JsonReader, ReadsALineForAnEvent)
{
    EXPECT_THAT(
        read(R"({"user":"a\u00e9","item":12,"value":2.5,"time":"2026-01-31","event":"play","other":[1,{"user":3}]})"
             "\n"
             R"({"item":"x","user":-3,"value":null})"
             "\n"),
        ElementsAre("aé 12 2.5 1769817600 play 1", "-3 x 1 0  1"));
    EXPECT_THAT(read("{\"uid\":1,\"sku\":2,\"n\":3}\n", "user=uid,item=sku,value=n"), ElementsAre("1 2 3 0  1"));
}

TEST(JsonReader, TellsWhatIsWrongWithAnObjectAndReadsOn)
{
    const auto first = [](const std::string& line) {
        const auto all = read(line + "\n{\"user\":1,\"item\":2}\n");
        EXPECT_THAT(all, ElementsAre(testing::_, "1 2 1 0  1")) << line;
        return all.front();
    };
    for (const char* line :
         {"{", "{\"user\":1,\"item\":2", "{\"user\":1 \"item\":2}", "{\"user\":1,\"item\":2}x",
          "{\"user\":1,\"item\":2,\"value\":NaN}", "\"user", "user,item", "{\"user\":1,\"item\":\xff}"})
        EXPECT_THAT(first(line), StartsWith("1: not JSON: ")) << line;
    EXPECT_EQ("1: JSON, but not an object: an array", first("[1]"));
    EXPECT_EQ("1: JSON, but not an object: a single value", first("7"));
    EXPECT_EQ("1: JSON, but not an object: a text", first("\"user,item\""));
    EXPECT_EQ("1: key absent: 'item'; the object has: user, payload.id, payload.x",
              first(R"({"user":1,"payload":{"id":2,"x":[]}})"));
    EXPECT_EQ("1: wrong type: 'item' is null", first(R"({"user":1,"item":null})"));
    EXPECT_EQ("1: wrong type: 'item' is an array, and an event has one: write an object for each element",
              first(R"({"user":1,"item":[2]})"));
    EXPECT_EQ("1: wrong type: 'user' is an object", first(R"({"user":{"id":1},"item":2})"));
    EXPECT_EQ("1: wrong type: 'user' is true or false", first(R"({"user":true,"item":2})"));
    EXPECT_EQ("1: wrong type: 'time' is true or false", first(R"({"user":1,"item":2,"time":false})"));
    EXPECT_EQ("1: id is empty: ", first(R"({"user":1,"item":""})"));
    EXPECT_EQ("1: NUL byte: ", first(R"({"user":"a\u0000b","item":1})"));
    EXPECT_THAT(first("{'user': 1, 'item': 'it\\'s {'}"), HasSubstr("not JSON: its quotes are ', as Python"));
}

TEST(JsonReader, ReadsObjectsHoweverTheyAreLaidOut)
{
    const std::string one = R"({"user":"u1","item":"i1"})", two = R"({"user":"u2","item":"i} ]\" {"})";
    const auto both = ElementsAre("u1 i1 1 0  1", "u2 i} ]\" { 1 0  1");
    const std::vector<std::string> texts = {one + two,
                                            one + "\n" + two + "\n",
                                            one + " , " + two,
                                            "[" + one + "," + two + "]",
                                            "[\n" + one + ",\n" + two + "\n]\n",
                                            "[" + one + "\n," + two + "]\n",
                                            "\xEF\xBB\xBF[" + one + "," + two + "]",
                                            "\x1e" + one + "\n\x1e" + two + "\n",
                                            "\xEF\xBB\xBF{\n\"user\":\"u1\",\n\"item\":\"i1\"}\n" + two,
                                            "{\n \"user\":\"u1\",\n \"item\": "
                                            "\"i1\"\n}\n{\n\"user\":\"u2\",\n\"item\":\"i} ]\\\" {\"}",
                                            "[\n  {\n    \"user\": \"u1\", \"tags\": [\n {\"user\": 7}\n],\n    "
                                            "\"item\": \"i1\"\n  },\n  " +
                                                two + "\n]\n"};
    for (const auto& text : texts)
        for (const int ranks : {1, 2, 5}) EXPECT_THAT(read(text, "", ranks), both) << text << ranks;
}

TEST(JsonReader, NumbersObjectsByTheLineInWhichTheyBegin)
{
    EXPECT_THAT(read("[\n{\n\"user\":1\n},\n{\n\"user\":\n2,\"item\":3}, {\"user\":4}\n]"),
                ElementsAre("2: key absent: 'item'; the object has: user", "2 3 1 0  1",
                            "7: key absent: 'item'; the object has: user"));
    EXPECT_THAT(read("{\"user\":1,\"item\":2}{\"user\":3}\n{\"user\":4,\"item\":5}x{"
                     "\"user\":6,\"item\":7}\n"),
                ElementsAre("1 2 1 0  1", "1: key absent: 'item'; the object has: user", "4 5 1 0  1",
                            StartsWith("2: not JSON"), "6 7 1 0  1"));
    EXPECT_THAT(read("{\n\"user\":1,\"item\":2},\n{\n\"user\":3,"),
                ElementsAre("1 2 1 0  1", StartsWith("3: not JSON")));
}

TEST(JsonReader, FilesWithoutEndsOfLinesMayBeLarge)
{
    std::string text = "[";
    for (int i = 0; i < 40'000; ++i)
        text += fmt::format("{}{{\"user\": {}, \"item\": {}, \"note\": \"{{\"}}", i ? ", " : "", i % 97, i);
    const auto all = read(text + "]", "", 3);
    ASSERT_GT(text.size(), std::size_t{1} << 20);
    EXPECT_EQ(40'000U, all.size());
    EXPECT_EQ("35 39999 1 0  1", all.back());
}

TEST(JsonReader, FindsKeysInsideOthers)
{
    EXPECT_THAT(read(R"({"userId":"u","properties":{"video_id":"v","seconds":30,"deep":{"at":9}},"x.y":{"z":1}})"
                     "\n",
                     "user=userId,item=properties.video_id,value=properties.seconds,time="
                     "properties.deep.at"),
                ElementsAre("u v 30 9  1"));
    EXPECT_THAT(read(R"({"a.b":"u","a":{"c":"v"}})"
                     "\n",
                     "user=a.b,item=a.c"),
                ElementsAre("u v 1 0  1"));
    EXPECT_THAT(read(R"({"before":null,"after":{"user":1,"item":2,"value":1},"op":"c","ts_ms":1700000000123})"
                     "\n"
                     R"({"before":{"user":1},"after":null,"op":"d"})"
                     "\n",
                     "user=after.user,item=after.item,value=after.value,time=ts_ms,event="
                     "op"),
                ElementsAre("1 2 1 1700000000 c 1",
                            "2: key absent: 'after.user'; the object has: before.user, "
                            "after, op"));
}

TEST(JsonReader, ReadsExtendedJson)
{
    EXPECT_THAT(
        read(R"({"user":{"$oid":"65a0"},"item":{"$numberLong":"1"},"time":{"$date":"2023-11-14T22:13:20.123Z"}})"
             "\n"
             R"({"user":1,"item":2,"time":{"$date":{"$numberLong":"1700000000123"}},"value":{"$numberInt":"3"}})"
             "\n"
             R"({"user":1,"item":{"$oid":"a","b":1}})"
             "\n"
             R"({"user":1,"item":{}})"
             "\n"),
        ElementsAre("65a0 1 1 1700000000  1", "1 2 3 1700000000  1", "3: wrong type: 'item' is an object",
                    "4: wrong type: 'item' is an object"));
}

TEST(JsonReader, TakesBooleansNumbersAsTextAndEmptyTexts)
{
    EXPECT_THAT(read(R"({"user":1,"item":2,"value":true,"event":false,"confidence":"2.5","time":"1700000000"})"
                     "\n"
                     R"({"user":1,"item":2,"value":false})"
                     "\n"
                     R"({"user":1,"item":2,"value":"","time":"","event":"","confidence":""})"
                     "\n"),
                ElementsAre("1 2 1 1700000000 false 2.5", "1 2 0 0  1", "1 2 1 0  1"));
}

TEST(JsonReader, AnIdIsTheSameNumberHoweverItIsWritten)
{
    EXPECT_THAT(read("{\"user\":1.0,\"item\":20.00,\"value\":3.50,\"time\":100.0}\n{\"user\":1,\"item\":\"20.0\"}\n"),
                ElementsAre("1 20 3.5 100  1", "1 20.0 1 0  1"));
    for (const std::string id : {"1.5", "1e3", "1.0E2"})
        EXPECT_THAT(read("{\"user\":" + id + ",\"item\":2}\n"),
                    ElementsAre(AllOf(StartsWith("1: wrong type: 'user' is " + id), HasSubstr("whole number"))));
}

TEST(JsonReader, AKeyThatStandsTwiceIsNotGuessed)
{
    const std::string log = "{\"user\":1,\"item\":2,\"rating\":3,\"rating\":5}\n{\"user\":1,\"item\":2,\"rating\":4}\n";
    for (const char* columns : {"", "user=user,item=item,value=rating"})
        EXPECT_THAT(read(log, columns), ElementsAre(HasSubstr("'rating' stands twice in the object"), "1 2 4 0  1"))
            << columns;
    EXPECT_THAT(read("{\"user\":1,\"item\":2,\"a\":3,\"a\":5}\n", "user=user,item=item"), ElementsAre("1 2 1 0  1"));
}

TEST(JsonReader, AConfidenceBeyondTheLargestIsOutOfRange)
{
    EXPECT_THAT(read("{\"user\":1,\"item\":2,\"confidence\":1e31}\n{\"user\":1,\"item\":2,\"confidence\":1e30}\n"),
                ElementsAre(HasSubstr("out of range"), "1 2 1 0  1e+30"));
}

TEST(JsonReader, KnowsColumnsOfReviewsAndTransactions)
{
    EXPECT_THAT(read("{\"customer_id\":1,\"product_id\":2,\"star_rating\":5,\"review_date\":\"2015-08-31\"}\n"),
                ElementsAre("1 2 5 1440979200  1"));
    EXPECT_THAT(read("{\"customer_id\":1,\"article_id\":2,\"t_dat\":\"2018-09-20\"}\n"),
                ElementsAre("1 2 1 1537401600  1"));
}

TEST(JsonReader, SaysThatAnArrayHasNoEnd)
{
    const std::string whole = "[{\"user\":1,\"item\":2},\n{\"user\":3,\"item\":4}";
    EXPECT_EQ(2U, read(whole + "\n]\n").size());
    for (const std::string end : {"", "\n", ",\n", ",\n{\"user\":5"})
        EXPECT_THAT(test::message_of([&] { static_cast<void>(read(whole + end)); }), HasSubstr("does not end with ]"));
}

TEST(JsonReader, KnowsTheNamesThatOthersGiveTheirKeys)
{
    EXPECT_THAT(read(R"({"USER_ID":1,"movieId":2,"Rating":4.5,"timestamp":9,"type":"x"})"
                     "\n"
                     R"({"type":"y","MOVIE_ID":3,"userId":5})"
                     "\n"),
                ElementsAre("1 2 4.5 9 x 1", "5 3 1 0 y 1"));
    // as in a header the id goes before what else may be called so, wherever it stands
    EXPECT_THAT(read(R"({"user":{"name":"Ann"},"user_id":3,"item":"film","item_id":"B"})"
                     "\n"),
                ElementsAre("3 B 1 0  1"));
}

TEST(JsonReader, TakesNoKeyBesideThoseThatAreNamed)
{
    EXPECT_THAT(read(R"({"user":1,"item":2,"value":3,"time":4,"event":"e","confidence":5})", "user=user,item=item"),
                ElementsAre("1 2 1 0  1"));
    EXPECT_THAT(read(R"({"user":1,"item":2,"value":3,"confidence":5})", "user=user,item=item,value=value"),
                ElementsAre("1 2 3 0  1"));
}

TEST(JsonReader, RefusesTwoKeysForOneColumn)
{
    const auto refusal = [](const std::string& text, int ranks) {
        return test::message_of([&] { static_cast<void>(read(text, "", ranks)); });
    };
    const std::string rating = R"({"user":1,"item":2,"rating":1})"
                               "\n",
                      stars = R"({"user":1,"item":2,"stars":5})"
                              "\n",
                      both = R"({"user":1,"item":2,"stars":5,"rating":1})"
                             "\n",
                      film = R"({"user":1,"movieId":2,"rating":1})"
                             "\n",
                      spelled_twice = R"({"userId":1,"user_id":7,"item":2})"
                                      "\n";
    for (const int ranks : {1, 2, 3}) {
        for (const auto& text : {rating + stars, stars + rating + rating, both, rating + both}) {
            EXPECT_THAT(refusal(text, ranks), HasSubstr("' could both be the value")) << text;
            EXPECT_THAT(refusal(text, ranks), HasSubstr("--columns user=user,item=item,value=")) << text;
        }
        EXPECT_THAT(refusal(rating + film, ranks), HasSubstr("the keys 'item' and 'movieId' could both be the item"));
        EXPECT_THAT(refusal(spelled_twice, ranks), HasSubstr("'userId' and 'user_id' could both be the user"));
    }
    EXPECT_EQ(2U, read(rating + R"({"user":1,"item":2,"rating":1,"stars":null,"score":""})").size());
    EXPECT_EQ(2U, read(both + stars, "user=user,item=item,value=stars").size());
}

TEST(JsonReader, NamesTheNumbersOfPython)
{
    for (const char* number : {"NaN", "Infinity"}) {
        const test::TemporaryDirectory directory;
        const auto log =
            test::write_file(directory / "log", fmt::format(R"({{"user":1,"item":2,"rating":{}}})", number));
        InteractionReader reader({log}, {.format = LogFormat::jsonl});
        ASSERT_TRUE(reader.next());
        EXPECT_EQ(Defect::not_json, reader.defect());
        EXPECT_THAT(std::string(reader.detail()), HasSubstr("NaN and Infinity are not JSON: write null")) << number;
    }
}

TEST(JsonReader, SaysWhichKeysItTook)
{
    const test::TemporaryDirectory directory;
    const auto first = test::write_file(directory / "a", R"({"USER_ID":1,"sku":2,"n":3}{"userId":1,"sku":2,"ts":3})");
    const auto second = test::write_file(directory / "b", R"({"uid":1,"asin":2})");
    InteractionReader reader({first, second}, {.format = LogFormat::jsonl});
    while (reader.next()) EXPECT_EQ(Defect::none, reader.defect());
    const TakenKeys keys = reader.taken_keys();
    EXPECT_NO_THROW(keys.require_one_each(std::vector{first, second})) << "each file has names of its own";
    EXPECT_EQ("user=USER_ID, item=sku, value=n, time=ts", keys.columns());
    EXPECT_EQ(keys.columns(), TakenKeys::from_text(keys.text()).columns());
}

}  // namespace
}  // namespace alster
