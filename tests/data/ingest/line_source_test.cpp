#include "data/ingest/line_source.hpp"

#include <gmock/gmock.h>

#include "data/error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using test::TemporaryDirectory;
using test::write_file;
using test::write_gzip;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> lines_of(std::vector<std::string> paths)
{
    LineSource source(std::move(paths));
    std::vector<std::string> lines;
    for (Line line; source.next(line);) lines.push_back(fmt::format("{}:{}:{}", line.file, line.number, line.text));
    return lines;
}

std::string failure(const std::string& path)
{
    try {
        lines_of({path});
    } catch (const Error& error) {
        EXPECT_EQ(ExitCode::bad_data, error.code());
        return error.what();
    }
    return "no error";
}

TEST(LineSource, DropsLineEndsOfUnixAndWindowsAndTheByteOrderMark)
{
    const TemporaryDirectory directory;
    const auto path = write_file(directory / "a", "\xEF\xBB\xBFone\r\ntwo\n\nlast");

    EXPECT_THAT(lines_of({path}), ElementsAre("0:1:one", "0:2:two", "0:3:", "0:4:last"));
}

TEST(LineSource, NumbersTheLinesOfEachFileAnewAndReadsGzipBesidePlain)
{
    const TemporaryDirectory directory;
    const auto plain = write_file(directory / "a", "1\n2\n");
    const auto packed = write_gzip(directory / "b", "3\n4");

    EXPECT_THAT(lines_of({plain, packed}), ElementsAre("0:1:1", "0:2:2", "1:1:3", "1:2:4"));
}

TEST(LineSource, ReadsGzipMembersOneAfterTheOther)
{
    const TemporaryDirectory directory;
    write_gzip(directory / "a", "1\n");
    write_gzip(directory / "b", "2\n");
    const auto both = write_file(directory / "c", test::read_file(directory / "a") + test::read_file(directory / "b"));

    EXPECT_THAT(lines_of({both}), ElementsAre("0:1:1", "0:2:2"));
}

TEST(LineSource, KeepsLinesThatAreLongerThanItsBuffer)
{
    const TemporaryDirectory directory;
    const std::string text(3'000'000, 'x');
    LineSource source({write_file(directory / "a", "short\n" + text + "\nend")});

    Line line;
    ASSERT_TRUE(source.next(line));
    ASSERT_TRUE(source.next(line));
    EXPECT_EQ(text, line.text);
    ASSERT_TRUE(source.next(line));
    EXPECT_EQ("end", line.text);
}

TEST(LineSource, RefusesGzipThatIsCutShortAnywhere)
{
    const TemporaryDirectory directory;
    write_gzip(directory / "whole", "some,lines\nof,text\n");
    const std::string bytes = test::read_file(directory / "whole");

    for (std::size_t size = 2; size < bytes.size(); ++size)
        EXPECT_THAT(failure(write_file(directory / "cut", bytes.substr(0, size))),
                    HasSubstr("cut: the gzip data is truncated"));
}

TEST(LineSource, RefusesGzipThatIsAlteredOrFollowedByOtherBytes)
{
    const TemporaryDirectory directory;
    write_gzip(directory / "whole", "some,lines\nof,text\n");
    std::string bytes = test::read_file(directory / "whole");

    EXPECT_THAT(failure(write_file(directory / "more", bytes + "trailing")),
                HasSubstr("more: the gzip data is damaged"));
    bytes[bytes.size() - 6] ^= 1;  // of its checksum
    EXPECT_THAT(failure(write_file(directory / "bad", bytes)), HasSubstr("bad: the gzip data is damaged"));
}

TEST(LineSource, NamesAFileThatIsMissingOrADirectory)
{
    const TemporaryDirectory directory;

    EXPECT_THAT(failure((directory / "none.csv").string()), HasSubstr("none.csv: cannot be read"));
    EXPECT_THAT(failure(directory.path().string()), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace alster
