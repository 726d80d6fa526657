#include "data/ingest/interaction_reader.hpp"

#include <gmock/gmock.h>

#include "data/error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

LogLayout layout(LogFormat format, const char* columns = "", bool header = false)
{
    return {.format = format, .columns = ColumnSpec::parse(columns), .header = header};
}

/// Each line as "user item value seconds type confidence", or its defect.
std::vector<std::string> read(const std::string& text, const LogLayout& how)
{
    const test::TemporaryDirectory directory;
    InteractionReader reader({test::write_file(directory / "log", text)}, how);
    std::vector<std::string> result;
    while (reader.next()) {
        if (reader.defect() != Defect::none) {
            result.emplace_back(alster::text(reader.defect()));
            continue;
        }
        for (const auto& e : reader.events())
            result.push_back(
                fmt::format("{} {} {} {} {} {}", e.user, e.item, e.value, e.time.time / 1000, e.type, e.confidence));
    }
    return result;
}

TEST(InteractionReader, FindsValueAndTimeByTheNumberOfFields)
{
    EXPECT_THAT(read("u,i\n", layout(LogFormat::csv)), ElementsAre("u i 1 0  1"));
    EXPECT_THAT(read("u,i,2.5\n", layout(LogFormat::csv)), ElementsAre("u i 2.5 0  1"));
    EXPECT_THAT(read("u\ti\t2.5\t77\t\n", layout(LogFormat::tsv)), ElementsAre("u i 2.5 77  1"));
}

TEST(InteractionReader, TakesColumnsByPositionAndByName)
{
    EXPECT_THAT(read("play,9,3.5,u,i,2\n", layout(LogFormat::csv, "user=3,item=4,event=0,confidence=2,time=1,value=5")),
                ElementsAre("u i 2 9 play 3.5"));
    EXPECT_THAT(read("when,who,what\n5,u,i\n", layout(LogFormat::csv, "user=who,item=what,time=when", true)),
                ElementsAre("u i 1 5  1"));
}

TEST(InteractionReader, RefusesColumnsThatCannotBe)
{
    EXPECT_THROW(layout(LogFormat::csv, "user=0"), Error);
    EXPECT_THROW(layout(LogFormat::csv, "user=0,item=1,rating=2"), Error);
    EXPECT_THROW(layout(LogFormat::csv, "user=0,item=1,item=2"), Error);
    EXPECT_THROW(layout(LogFormat::csv, "user=0,item="), Error);
    EXPECT_THROW(read("u,i\n", layout(LogFormat::csv, "user=who,item=what")), Error);
    EXPECT_THROW(read("u i\n", layout(LogFormat::pairs, "user=1,item=0")), Error);
    try {
        read("who,what\nu,i\n", layout(LogFormat::csv, "user=who,item=movie", true));
        FAIL() << "a header without the column was taken";
    } catch (const Error& error) {
        EXPECT_EQ(ExitCode::bad_data, error.code());
        EXPECT_THAT(error.what(), HasSubstr("log:1: no column 'movie'; the header has: who, what"));
    }
}

TEST(InteractionReader, ReadsQuotesOfCsv)
{
    EXPECT_THAT(read("\"a,b\",\"say \"\"x\"\"\",2\nu, i ,3\n", layout(LogFormat::csv)),
                ElementsAre("a,b say \"x\" 2 0  1", "u i 3 0  1"));
    EXPECT_THAT(
        read("u,\"i\nv,j\n\"w\",k\"x\nw,k\n\"v\",j\n", layout(LogFormat::csv)),
        ElementsAre("quote without its end", "v j 1 0  1", "quote without its end", "w k 1 0  1", "v j 1 0  1"));
    EXPECT_THAT(read("u\t\"i\n", layout(LogFormat::tsv)), ElementsAre("u \"i 1 0  1"));
}

TEST(InteractionReader, NamesTheDefectOfEachBadLine)
{
    const std::string id255(255, 'x');
    const auto columns = layout(LogFormat::csv, "user=0,item=1,value=2,time=3,confidence=4");
    const std::vector<std::pair<std::string, Defect>> cases = {
        {"u,i,1,2", Defect::missing_column},
        {"u,i,x,2,1", Defect::not_a_number},
        {"u,i,1x,2,1", Defect::not_a_number},
        {"u,i,nan,2,1", Defect::nan},
        {"u,i,-inf,2,1", Defect::infinite},
        {"u,i,1e39,2,1", Defect::infinite},
        {"u,i,1e999,2,1", Defect::infinite},
        {"u,i,1,2,-1", Defect::negative_confidence},
        {"u,i,1,2,nan", Defect::nan},
        {",i,1,2,1", Defect::empty_id},
        {"u, ,1,2,1", Defect::empty_id},
        {id255 + "x,i,1,2,1", Defect::long_id},
        {std::string("u\0,i,1,2,1", 10), Defect::nul_byte},
        {"u,\xff\xfe,1,2,1", Defect::broken_utf8},
        {"u,\xc3,1,2,1", Defect::broken_utf8},
        {"u,i,1,soon,1", Defect::bad_time},
        {"u,i,1,-5,1", Defect::bad_time},
        {"u,i,1,638355968000000000,1", Defect::ticks},
    };
    for (const auto& [line, defect] : cases) EXPECT_THAT(read(line + "\n", columns), ElementsAre(text(defect))) << line;
    EXPECT_THAT(read(id255 + ",é,1,2,1\n", columns), ElementsAre(id255 + " é 1 2  1"));
}

TEST(InteractionReader, ReadsWindowsLinesAByteOrderMarkAndEmptyLines)
{
    EXPECT_THAT(read("\xEF\xBB\xBF"
                     "1,2,3\r\n\r\n4,5,6\r\n\n",
                     layout(LogFormat::csv)),
                ElementsAre("1 2 3 0  1", "4 5 6 0  1"));
}

TEST(InteractionReader, KnowsTheFilesOfMovieLens)
{
    const auto movielens = layout(LogFormat::movielens);
    EXPECT_THAT(read("1::2::5::9\n", movielens), ElementsAre("1 2 5 9  1"));
    EXPECT_THAT(read("1::2\n", movielens), ElementsAre("1 2 1 0  1"));
    EXPECT_THAT(read("1\t2\t5\t9\n", movielens), ElementsAre("1 2 5 9  1"));
    EXPECT_THAT(read("userId,movieId,rating,timestamp\n1,2,4.5,9\n", movielens), ElementsAre("1 2 4.5 9  1"));
    EXPECT_THAT(read("userId,movieId,timestamp\n1,2,9\n", movielens), ElementsAre("1 2 1 9  1"));
}

TEST(InteractionReader, ReadsPairsAndLists)
{
    EXPECT_THAT(read("1 2\n3\t4\n5,6\n7 8 5 99\n9\n", layout(LogFormat::pairs)),
                ElementsAre("1 2 1 0  1", "3 4 1 0  1", "5 6 1 0  1", "7 8 1 0  1", "missing column"));
    EXPECT_THAT(read("0 5 6\n1\n2 7 \n", layout(LogFormat::lists)),
                ElementsAre("0 5 1 0  1", "0 6 1 0  1", "2 7 1 0  1"));
}

TEST(InteractionReader, TakesABareCarriageReturnForNoEndOfALine)
{
    EXPECT_THAT(read("\"u\",i\r2,3\nu,i\n", layout(LogFormat::csv)),
                ElementsAre("quote without its end", "u i 1 0  1"));
}

}  // namespace
}  // namespace alster
