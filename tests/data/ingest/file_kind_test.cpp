#include "data/ingest/file_kind.hpp"

#include <gmock/gmock.h>

#include "data/ingest/line_source.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using namespace std::string_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string refusal(const std::string& head)
{
    return test::message_of([&] { refuse_other_kinds("log", head); });
}

std::string utf16(const std::string& text, bool big)
{
    std::string result;
    for (const char c : text) result += big ? std::string{'\0', c} : std::string{c, '\0'};
    return result;
}

TEST(FileKind, NamesArchivesAndPackedFilesThatAreNotRead)
{
    EXPECT_THAT(refusal("PK\3\4\x14"s), AllOf(StartsWith("log: is a zip archive"), HasSubstr("unzip -p log")));
    EXPECT_THAT(refusal("7z\xBC\xAF\x27\x1C\0"s), HasSubstr("7z archive"));
    EXPECT_THAT(refusal("Rar!\x1A\x07\0"s), HasSubstr("rar archive"));
    EXPECT_THAT(refusal("\x04\x22\x4D\x18"s), HasSubstr("lz4 -d"));
    EXPECT_THAT(refusal("\x1F\x8B\x08"s), HasSubstr("gzip data inside packed data"));
    EXPECT_THAT(refusal("ratings.csv" + std::string(246, '\0') + "ustar\0"s + std::string(300, '\0')),
                HasSubstr("tar -xf log"));
}

TEST(FileKind, NamesFilesOfTablesAndArrays)
{
    EXPECT_THAT(refusal("PAR1\x15\4\x15"s), AllOf(HasSubstr("Parquet"), HasSubstr("pandas.read_parquet('log')")));
    EXPECT_THAT(refusal("ORC\x1C\x08\3"s), HasSubstr("read_orc"));
    EXPECT_THAT(refusal("ARROW1\0\0"s), HasSubstr("read_feather"));
    EXPECT_THAT(refusal("Obj\1\4"s), HasSubstr("avro-tools tojson log"));
    EXPECT_THAT(refusal("\x89HDF\r\n\x1A\n"s), HasSubstr("HDF5"));
    EXPECT_THAT(refusal("SQLite format 3\0"s), HasSubstr("sqlite3 -header -csv log"));
    EXPECT_THAT(refusal("\x93NUMPY\1\0"s), HasSubstr("numpy array"));
    EXPECT_THAT(refusal("\x80\4\x95"s), HasSubstr("read_pickle"));
    EXPECT_THAT(refusal("%%MatrixMarket matrix coordinate real general\n%\n3 3 1\n1 1 5\n"),
                AllOf(HasSubstr("MatrixMarket"), HasSubstr("--separator space")));
    EXPECT_THAT(refusal("<!DOCTYPE html>\n<html>"), HasSubstr("web page"));
    EXPECT_THAT(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:4d\n"), HasSubstr("git lfs pull"));
}

TEST(FileKind, NamesOtherEncodingsAlsoWithoutAByteOrderMark)
{
    EXPECT_THAT(refusal("\xFF\xFE" + utf16("1,2\r\n", false)), HasSubstr("iconv -f UTF-16 -t UTF-8 log"));
    EXPECT_THAT(refusal("\xFE\xFF" + utf16("1,2\r\n", true)), HasSubstr("UTF-16"));
    EXPECT_THAT(refusal("\xFF\xFE\0\0"s), HasSubstr("UTF-32"));
    EXPECT_THAT(refusal(utf16("1,2,3\n4,5,6\n", false)), HasSubstr("UTF-16LE"));
    EXPECT_THAT(refusal(utf16("1,2,3\n4,5,6\n", true)), HasSubstr("UTF-16BE"));
    EXPECT_THAT(refusal("1\0\0\0,\0\0\0"s + "2\0\0\0\n\0\0\0"s), HasSubstr("UTF-32LE"));
}

TEST(FileKind, NamesLinesThatEndWithCarriageReturnsOnly)
{
    EXPECT_THAT(refusal("user_id,item_id\r1,10\r2,11\r"), HasSubstr("tr '\\r' '\\n' < log"));
    EXPECT_EQ("", refusal("1,2\r\n3,4\r\n"));
    EXPECT_EQ("", refusal("1,2\r"));
}

TEST(FileKind, TakesTextThatOnlyBeginsLikeAnotherKind)
{
    for (const char* text : {"", "P", "PAR1,12,3\n", "ORC,7\n", "BZh9,12\n", "FEA1\t2\n", "\xEF\xBB\xBF,1,2\n",
                             "PK,1\n", "X,2\n", "%,5\n", "ids with \xFC,1\n"})
        EXPECT_EQ("", refusal(text)) << text;
}

TEST(FileKind, IsLookedAtInsideOfPackedFiles)
{
    const test::TemporaryDirectory directory;
    const auto path = test::write_gzip(directory / "log", "PK\3\4 and so on\n"s);
    EXPECT_THAT(test::message_of([&] {
                    Line line;
                    LineSource source({path});
                    static_cast<void>(source.next(line));
                }),
                HasSubstr("log: is a zip archive"));
}

}  // namespace
}  // namespace alster
