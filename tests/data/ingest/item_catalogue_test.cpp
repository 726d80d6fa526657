#include "data/ingest/item_catalogue.hpp"

#include <gmock/gmock.h>

#include <array>

#include "data/error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using testing::EndsWith;

class ItemCatalogueTest : public testing::Test {
protected:
    ItemCatalogue read(const std::string& text)
    {
        quarantine_ = Quarantine(0.9);
        return read_items(test::write_file(directory_ / "items", text), items_, quarantine_);
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

    EXPECT_EQ("Toy Story (1995)", catalogue.columns.at("title")[0]);
    EXPECT_EQ("Les Misérables", catalogue.columns.at("title")[1]);
    EXPECT_EQ("Drama|Musical", catalogue.columns.at("genres")[1]);
    EXPECT_EQ(3, quarantine_.lines());
    EXPECT_EQ(2, catalogue.known);
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
    EXPECT_THAT(first_bad("item,title,genres\n5,x\n"), EndsWith("items:2: missing column"));
    EXPECT_THAT(first_bad("item,title\n5," + std::string(1001, 'x') + "\n"),
                EndsWith("items:2: text is longer than 1000 bytes"));
    EXPECT_EQ("", read("item,title\n5," + std::string(1001, 'x') + "\n").columns.at("title")[1]);
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
    EXPECT_THROW(read("id,\"title\n5,Heat\n"), Error);
    EXPECT_EQ("1995", read("id,ann\xe9\x65\n5,1995\n").columns.at("année")[1]);
}

}  // namespace
}  // namespace alster
