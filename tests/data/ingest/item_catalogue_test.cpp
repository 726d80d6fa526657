#include "data/ingest/item_catalogue.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "data/error.hpp"
#include "data/ingest/attribute_encoder.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

class ItemCatalogueTest : public testing::Test {
protected:
    ItemCatalogue read(const std::string& text, const char* columns = "")
    {
        quarantine_ = Quarantine(0.9);
        return read_items(test::write_file(directory_ / "items", text), items_, quarantine_,
                          ItemColumnSpec::parse(columns));
    }

    /// As it is shown.
    static std::string shown(const ItemCatalogue& catalogue, const char* column, std::size_t row)
    {
        std::string text = catalogue.columns.at(column).texts[row];
        std::ranges::replace(text, set_mark, '|');
        return text;
    }

    /// What is wrong with the first bad line.
    std::string first_bad(const std::string& text)
    {
        static_cast<void>(read(text));
        return quarantine_.first(std::array<std::int64_t, 1>{0});
    }

    void SetUp() override
    {
        for (const char* id : {"7", "5"}) static_cast<void>(items_.row(id));
    }

    test::TemporaryDirectory directory_;
    IdIndex items_{"items"};
    Quarantine quarantine_{0.9};
};

TEST_F(ItemCatalogueTest, ReadsMoviesDatInLatin1)
{
    const auto catalogue = read("5::Les Mis\xe9rables::Drama|Musical\n6::Other::Drama\n7::Toy Story (1995)::Comedy\n");

    EXPECT_EQ("Toy Story (1995)", shown(catalogue, "title", 0));
    EXPECT_EQ("Les Misérables", shown(catalogue, "title", 1));
    EXPECT_EQ("Drama|Musical", shown(catalogue, "genres", 1));
    EXPECT_EQ(3, quarantine_.lines());
    EXPECT_EQ(2, catalogue.known);
    EXPECT_EQ(2, catalogue.described);
}

TEST_F(ItemCatalogueTest, AQuotedTextMayEndInALaterLine)
{
    const auto catalogue =
        read("item_id,title,overview\n5,Heat,ok\n7,Toy,\"A \"\"boy\"\"\n5,wrong title,evil\nend\"\n6,Up,o\n");
    EXPECT_EQ("Toy", shown(catalogue, "title", 0));
    EXPECT_EQ("Heat", shown(catalogue, "title", 1));
    EXPECT_EQ("A \"boy\"\n5,wrong title,evil\nend", shown(catalogue, "overview", 0));
    EXPECT_EQ(0, quarantine_.bad());
}

TEST_F(ItemCatalogueTest, AStrayQuoteTakesNoOtherRow)
{
    const auto catalogue = read("item_id,title\n5,\"Heat\n7,Toy\n6,\"Up\"\n");
    EXPECT_EQ("Toy", shown(catalogue, "title", 0));
    EXPECT_EQ(1, quarantine_.bad());
    EXPECT_THAT(quarantine_.first(std::array<std::int64_t, 1>{0}), HasSubstr("items:2: quote without its end"));
}

TEST_F(ItemCatalogueTest, ArraysInsideArraysAreOneSet)
{
    const auto catalogue = read("{\"item_id\":7,\"genres\":[[\"A\",\"B\"],[\"C\"],\"D\",[]]}\n");
    EXPECT_EQ("A|B|C|D", shown(catalogue, "genres", 0));
}

TEST_F(ItemCatalogueTest, ReadsGenreFlagsWithOrWithoutTheirNames)
{
    const std::string line = "5|Heat|1995||url|0|1|0|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0\n";

    EXPECT_EQ("Action|Drama", shown(read(line), "genres", 1));
    test::write_file(directory_ / "u.genre", "zero|0\none|1\ntwo|2\n\n");
    EXPECT_EQ("one", shown(read(line), "genres", 1));
    EXPECT_EQ("", shown(read(line), "genres", 0));
}

TEST_F(ItemCatalogueTest, ReadsTablesWithAHeaderAndKeepsEveryNamedColumn)
{
    const auto csv = read("year,movieId,title,genres\n1995,7,\"American President, The\",Comedy|Drama\n");
    EXPECT_EQ("American President, The", shown(csv, "title", 0));
    EXPECT_EQ("1995", shown(csv, "year", 0));
    EXPECT_EQ(3U, csv.columns.size());

    EXPECT_THROW(read("album_id,name,artist_id\n1,Abbey Road,2\n"), Error);  // which is the id?

    const auto semicolons = read("\"ISBN\";\"Book-Title\"\n\"7\";\"A, B; \\\"C\\\"\"\n");
    EXPECT_EQ("A, B; \"C\"", shown(semicolons, "title", 0));

    const auto tsv = read("id\tname\turl\n5\tThe \"Quoted\"\thttp://x\n");
    EXPECT_EQ("The \"Quoted\"", shown(tsv, "title", 1));
    EXPECT_EQ("", shown(tsv, "title", 0));
}

TEST_F(ItemCatalogueTest, QuarantinesLinesWithTooManyOrTooFewFields)
{
    EXPECT_THAT(first_bad("item,title,genres\n5,x\n"), EndsWith("items:2: missing column"));
    EXPECT_THAT(first_bad("item_id,title,genres\n7,Two,Drama\n5,Good, Bad and Ugly,Western\n"),
                EndsWith("items:3: more fields than the first line: 4, not 3"));
    EXPECT_THAT(first_bad("5::Good::Bad::Ugly\n"), EndsWith("items:1: more fields than the first line: 4, not 3"));
    EXPECT_THAT(first_bad("5|A|1995||u|0|1\n7|A|B|1995||u|0|1\n"),
                EndsWith("items:2: more fields than the first line: 8, not 7"));
    EXPECT_THROW(read(""), Error);
}

TEST_F(ItemCatalogueTest, CutsLongTextsAtACharacterAndCountsThem)
{
    const auto catalogue = read("item,title,about\n5,Short," + std::string(999, 'x') + "é\n7,S," +
                                std::string(1000, 'y') + "\n6,other," + std::string(2000, 'z') + "\n");
    EXPECT_EQ(std::string(999, 'x'), shown(catalogue, "about", 1));
    EXPECT_EQ("Short", shown(catalogue, "title", 1));
    EXPECT_EQ(std::string(1000, 'y'), shown(catalogue, "about", 0));
    EXPECT_EQ(1, catalogue.cut);
    EXPECT_EQ(0, quarantine_.bad());
    const auto latin = read("item,title\n5," + std::string(600, '\xe9') + "\n");
    EXPECT_EQ(1000U, shown(latin, "title", 1).size());
}

TEST_F(ItemCatalogueTest, TakesColumnsByPositionWhereThereIsNoHeader)
{
    const auto news = read("5\tnews\tpolitics\tTitle one\thttp://u\t[]\n7\tsports\tnfl\tTitle two\thttp://u\t[]\n",
                           "id=0,genres=1,title=3");
    EXPECT_EQ("Title one", shown(news, "title", 1));
    EXPECT_EQ("sports", shown(news, "genres", 0));
    EXPECT_EQ(2U, news.columns.size());
    const auto sets = read("5,One,\"Drama; War\"\n", "id=0,title=1,genres=2:set:;");
    EXPECT_EQ("Drama|War", shown(sets, "genres", 1));
    EXPECT_EQ("One", shown(read("item_id,title\n5,One\n", "id=0,title=1"), "title", 1));
    EXPECT_EQ(1, quarantine_.lines());
}

TEST_F(ItemCatalogueTest, TakesColumnsByNameAndKeepsTheOthers)
{
    const auto catalogue = read("SKU,Product,Kind,released,id\n5,One,\"A,B\",1999,x\n",
                                "id=sku,title=Product,genres=kind:set:,,maturity=released");
    EXPECT_EQ("One", shown(catalogue, "title", 1));
    EXPECT_EQ("A|B", shown(catalogue, "genres", 1));
    EXPECT_EQ("1999", shown(catalogue, "maturity", 1));
    EXPECT_EQ(3U, catalogue.columns.size());
    EXPECT_EQ("1999", shown(read("sku,year\n5,1999\n", "id=sku"), "year", 1));
}

TEST_F(ItemCatalogueTest, FindsHeadersInAnyCaseAndWithTypes)
{
    const auto typed = read(
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n"
        "5\tToy Story\t1995\tAnimation Comedy\n");
    EXPECT_EQ("Toy Story", shown(typed, "title", 1));
    EXPECT_EQ("Animation|Comedy", shown(typed, "genres", 1));
    EXPECT_EQ("1995", shown(typed, "release_year", 1));
    EXPECT_EQ("One", shown(read("Title,ITEM_ID\nOne,5\n"), "title", 1));
    EXPECT_EQ("One", shown(read("item_id|title|genres\n5|One|A\n"), "title", 1));
    const auto both = read("name,movieId,title\nN,5,T\n");
    EXPECT_EQ("T", shown(both, "title", 1));
    EXPECT_EQ("N", shown(both, "name", 1));
}

TEST_F(ItemCatalogueTest, RefusesAFirstLineThatIsNoHeaderWithAHint)
{
    for (const char* text : {"5,One,Drama\n7,Two,Comedy\n", "N1\tnews\tpolitics\tTitle one\thttp://u\t[]\n",
                             "5|One|A\n", "v1,Some,video\n"})
        EXPECT_THAT(test::message_of([&] { static_cast<void>(read(text)); }),
                    AllOf(HasSubstr("is it a header?"), HasSubstr("id=0,title=1,genres=2")))
            << text;
    EXPECT_THAT(test::message_of([&] { static_cast<void>(read("a,title\n", "id=sku")); }),
                EndsWith("items:1: no column 'sku'; the header has: a, title"));
    EXPECT_THAT(test::message_of([&] { static_cast<void>(read("5,x\n", "id=0,title=2")); }),
                HasSubstr("no column 2 for 'title'"));
}

TEST_F(ItemCatalogueTest, SeparatorsThatEndALineAreNoFields)
{
    for (const char* text : {"item_id,title\n5,Heat,\n7,Up,,\n", "5::Heat::Drama::\n7::Up::Comedy::\n",
                             "item_id\ttitle\n5\tHeat\t\n7\tUp\t\t\n"}) {
        const auto catalogue = read(text);
        EXPECT_EQ(0, quarantine_.bad()) << text;
        EXPECT_EQ("Heat", shown(catalogue, "title", 1)) << text;
        EXPECT_EQ("Up", shown(catalogue, "title", 0)) << text;
    }
    EXPECT_THAT(first_bad("item_id,title\n5,Heat,,x\n"), HasSubstr("more fields than the first line"));
}

TEST_F(ItemCatalogueTest, JsonWithTwoKindsOfIdsIsRefused)
{
    const auto refusal = [&](const std::string& text) {
        return test::message_of([&] { static_cast<void>(read(text)); });
    };
    const std::string song = R"({"trackId":5,"title":"a"})", album = R"({"albumId":7,"title":"b"})";
    EXPECT_THAT(refusal(R"({"albumId":7,"title":"b","trackId":5})"),
                HasSubstr("items:1: 'albumId' and 'trackId' could both be the id: write --item-columns id=albumId"));
    EXPECT_THAT(refusal(song + "\n" + album + "\n"),
                HasSubstr("items:2: 'trackId' and 'albumId' could both be the id"));
    EXPECT_EQ(1, read(R"({"albumId":1,"trackId":5})", "id=trackId").known);
    EXPECT_EQ(1, read(R"({"albumId":1,"trackId":2,"item_id":5})").known);
    EXPECT_EQ(2, read(R"({"id":1,"trackId":5}{"id":2,"TRACK_ID":7})").known);
}

TEST_F(ItemCatalogueTest, ReadsJsonObjects)
{
    const auto lines = read(
        "{\"item\":\"5\",\"title\":\"One\",\"genres\":[\"Drama\",\"War\"],\"year\":1999,\"x\":null}\n"
        "{\"item\":7,\"title\":\"Two\",\"info\":{\"by\":\"B\"},\"ok\":true}\n");
    EXPECT_EQ("Drama|War", shown(lines, "genres", 1));
    EXPECT_EQ("Two", shown(lines, "title", 0));
    EXPECT_EQ("1999", shown(lines, "year", 1));
    EXPECT_EQ("true", shown(lines, "ok", 0));
    EXPECT_EQ(4U, lines.columns.size());
    const auto array = read("[{\"asin\": \"5\",\n \"name\": \"One\", \"categories\": \"A, B\"},\n{\"asin\": \"7\"}]");
    EXPECT_EQ("One", shown(array, "title", 1));
    EXPECT_EQ(2, array.described);
    const auto named =
        read("{\"k\":5,\"m\":{\"t\":\"One\",\"g\":\"A, B\"},\"title\":\"no\"}\n", "id=k,title=m.t,genres=m.g:set:,");
    EXPECT_EQ("One", shown(named, "title", 1));
    EXPECT_EQ("A|B", shown(named, "genres", 1));
    EXPECT_THAT(first_bad("{\"title\":\"x\"}\n"), EndsWith("items:1: key absent: 'item'; the object has: title"));
    EXPECT_THAT(first_bad("{'item': 5}\n"), HasSubstr("items:1: not JSON: its quotes are '"));
}

TEST_F(ItemCatalogueTest, TheLastOfSeveralLinesAboutAnItemCounts)
{
    const auto catalogue = read("id,title,genres\n5,Old,A\n7,Seven,\n5,New,\n");
    EXPECT_EQ("New", shown(catalogue, "title", 1));
    EXPECT_EQ("", shown(catalogue, "genres", 1));
    EXPECT_EQ(3, catalogue.known);
    EXPECT_EQ(2, catalogue.described);
    const auto json = read("{\"id\":5,\"title\":\"Old\",\"genres\":\"A\"}{\"id\":5,\"title\":\"New\"}");
    EXPECT_EQ("", shown(json, "genres", 1));
}

TEST_F(ItemCatalogueTest, RefusesColumnsThatCannotBe)
{
    for (const char* columns :
         {"title=1", "id", "id=", "=0", "id=0,id=1", "id=0,genres=1:set:;x", "id=0,genres=1:sets"})
        EXPECT_EQ(ExitCode::usage, test::exit_code_of([&] { static_cast<void>(ItemColumnSpec::parse(columns)); }))
            << columns;
    EXPECT_TRUE(ItemColumnSpec::parse("id=0,genres=1:set").by_position());
    EXPECT_EQ(',', ItemColumnSpec::parse("id=0,genres=1:set:,,title=2").columns()[1].set);
}

TEST_F(ItemCatalogueTest, LeavesUtf8AsItIs) { EXPECT_EQ("é", utf8_from_latin1("é")); }

TEST_F(ItemCatalogueTest, TakesTheFirstLineThatIsNotEmptyForTheHeader)
{
    EXPECT_EQ("Heat", shown(read("\n\r\nid,title\n5,Heat\n"), "title", 1));
    EXPECT_THROW(read("\n\n"), Error);
}

TEST_F(ItemCatalogueTest, PassesOverWhatLogsPassOver)
{
    for (const char* text : {
             "# made by hand\nid,title\n# so\n5,Heat\n",
             "#by-hand\nid,title\n5,Heat\n#\n",
             "# id,title\n5,Heat\n",
             "#id\ttitle\n5\tHeat\n",
             "sep=;\nid;title\n5;Heat\n",
             "\"sep=;\"\r\n\r\nid;title\r\n5;Heat\r\n",
             "id,title\n7,Up\nid,title\n5,Heat\n",
             "id,title\n5,Heat\n\x1A",
             "id,title\n\"=\"\"5\"\"\",Heat\n",
             "\"id\" \"title\"\n\"1\" 5 \"Heat\"\n\"2\" 7 \"Up\"\n",
             "id\ttitle\n1\t5\tHeat\n2\t7\tUp\n",
         }) {
        const auto catalogue = read(text);
        EXPECT_EQ("Heat", shown(catalogue, "title", 1)) << text;
        EXPECT_EQ(0, quarantine_.bad()) << text;
    }
    EXPECT_EQ("#5", shown(read("5,#5,x\n", "id=0,title=1"), "title", 1));
    EXPECT_THAT(first_bad("id,title\n1,5,Heat\n2,7,Up\n"), HasSubstr("more fields"));
    EXPECT_THROW(read("# nothing\n#\n"), Error);
}

TEST_F(ItemCatalogueTest, RefusesAHeaderWithABadQuoteAndReadsItsNamesAsLatin1)
{
    EXPECT_THROW(read("id,\"title\n5,Heat\n"), Error);
    EXPECT_EQ("1995", shown(read("id,ann\xe9\x65\n5,1995\n"), "année", 1));
}

}  // namespace
}  // namespace alster
