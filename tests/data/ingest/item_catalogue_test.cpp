#include "data/ingest/item_catalogue.hpp"

#include <gtest/gtest.h>

#include "data/error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

class ItemCatalogueTest : public testing::Test {
protected:
    ItemCatalogue read(const std::string& text, double allowed = 0)
    {
        Quarantine quarantine(directory_ / "bad.tsv", allowed);
        return read_items(test::write_file(directory_ / "items", text), items_, quarantine);
    }

    void SetUp() override
    {
        for (const char* id : {"7", "5"}) static_cast<void>(items_.row(id));
    }

    test::TemporaryDirectory directory_;
    IdIndex items_{"items"};
};

TEST_F(ItemCatalogueTest, ReadsMoviesDatInLatin1)
{
    const auto catalogue = read("5::Les Mis\xe9rables::Drama|Musical\n6::Other::Drama\n7::Toy Story (1995)::Comedy\n");

    EXPECT_EQ("Toy Story (1995)", catalogue.columns.at("title")[0]);
    EXPECT_EQ("Les Misérables", catalogue.columns.at("title")[1]);
    EXPECT_EQ("Drama|Musical", catalogue.columns.at("genres")[1]);
    EXPECT_EQ(1, catalogue.unknown);
    EXPECT_EQ(2, catalogue.described);
}

TEST_F(ItemCatalogueTest, ReadsGenreFlagsWithOrWithoutTheirNames)
{
    const std::string line = "5|Heat|1995||url|0|1|0|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0\n";

    EXPECT_EQ("Action|Drama", read(line).columns.at("genres")[1]);
    test::write_file(directory_ / "u.genre", "zero|0\none|1\ntwo|2\n\n");
    EXPECT_EQ("one", read(line).columns.at("genres")[1]);
    EXPECT_EQ("", read(line).columns.at("genres")[0]);
}

TEST_F(ItemCatalogueTest, ReadsTablesWithAHeaderAndKeepsEveryNamedColumn)
{
    const auto csv = read("year,movieId,title,genres\n1995,7,\"American President, The\",Comedy|Drama\n");
    EXPECT_EQ("American President, The", csv.columns.at("title")[0]);
    EXPECT_EQ("1995", csv.columns.at("year")[0]);
    EXPECT_EQ(3U, csv.columns.size());

    const auto tsv = read("id\tname\turl\n5\tThe \"Quoted\"\thttp://x\n");
    EXPECT_EQ("The \"Quoted\"", tsv.columns.at("title")[1]);
    EXPECT_EQ("", tsv.columns.at("title")[0]);
}

TEST_F(ItemCatalogueTest, QuarantinesLinesThatAreTooLongOrTooShort)
{
    EXPECT_THROW(read("item,title\n5," + std::string(1001, 'x') + "\n"), Error);
    EXPECT_THROW(read("item,title,genres\n5,x\n"), Error);
    EXPECT_EQ("", read("item,title\n5," + std::string(1001, 'x') + "\n", 1).columns.at("title")[1]);
    EXPECT_THROW(read(""), Error);
}

TEST_F(ItemCatalogueTest, LeavesUtf8AsItIs) { EXPECT_EQ("é", utf8_from_latin1("é")); }

TEST_F(ItemCatalogueTest, TakesTheFirstLineThatIsNotEmptyForTheHeader)
{
    EXPECT_EQ("Heat", read("\n\r\nid,title\n5,Heat\n").columns.at("title")[1]);
    EXPECT_THROW(read("\n\n"), Error);
}

TEST_F(ItemCatalogueTest, RefusesAHeaderWithABadQuoteAndReadsItsNamesAsLatin1)
{
    EXPECT_THROW(read("id,\"title\n5,Heat\n", 1), Error);
    EXPECT_EQ("1995", read("id,ann\xe9\x65\n5,1995\n").columns.at("année")[1]);
}

}  // namespace
}  // namespace alster
