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

/// The same lines from `ranks` processes, one after the other; the numbers are of the parts.
std::vector<std::string> lines_in_parts(const std::vector<std::string>& paths, int ranks)
{
    std::vector<std::string> lines;
    const auto files = inspect_inputs(paths);
    for (int rank = 0; rank < ranks; ++rank) {
        LineSource source(paths, parts_of(files, rank, ranks));
        for (Line line; source.next(line);) lines.push_back(fmt::format("{}:{}", line.file, line.text));
    }
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

TEST(LineSource, GivesEveryLineToOneOfAnyNumberOfPartsInTheOrderOfTheInput)
{
    const TemporaryDirectory directory;
    const auto plain = write_file(directory / "a", "\xEF\xBB\xBFone\r\n\r\n\ntwo\na longer line than the others\nend");
    const auto packed = write_gzip(directory / "b", "3\n4\n5");
    const auto empty = write_file(directory / "c", "");
    const auto last = write_file(directory / "d", "\nx\n");
    const std::vector<std::string> paths = {plain, packed, empty, last};
    const auto whole = lines_in_parts(paths, 1);

    EXPECT_THAT(whole, ElementsAre("0:one", "0:", "0:", "0:two", "0:a longer line than the others", "0:end", "1:3",
                                   "1:4", "1:5", "3:", "3:x"));
    for (int ranks = 2; ranks < 200; ++ranks) EXPECT_EQ(whole, lines_in_parts(paths, ranks)) << ranks;
}

TEST(LineSource, CutsPlainFilesOnlyAndIntoEqualParts)
{
    const std::vector<InputFile> files = {{"a", 60, true}, {"b.gz", 30, false}, {"pipe", 0, false}, {"c", 9, true}};
    const auto parts = [&](int rank) {
        std::vector<std::string> result;
        for (const auto& part : parts_of(files, rank, 4))
            result.push_back(fmt::format("{}:{}", part.file, files[part.file].divisible ? part.begin : 0));
        return result;
    };

    EXPECT_THAT(parts(0), ElementsAre("0:0"));
    EXPECT_THAT(parts(1), ElementsAre("0:25"));
    EXPECT_THAT(parts(2), ElementsAre("0:50", "1:0"));
    EXPECT_THAT(parts(3), ElementsAre("2:0", "3:0"));
}

TEST(LineSource, NamesAFileThatIsMissingOrADirectory)
{
    const TemporaryDirectory directory;

    EXPECT_THAT(failure((directory / "none.csv").string()), HasSubstr("none.csv: cannot be read"));
    EXPECT_THAT(failure(directory.path().string()), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace alster
