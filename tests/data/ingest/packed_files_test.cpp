#include <bzlib.h>
#include <gmock/gmock.h>
#include <lzma.h>
#include <zstd.h>

#include "data/error.hpp"
#include "data/ingest/line_source.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using test::TemporaryDirectory;
using test::write_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// One stream of each format.
using Pack = std::string (*)(const std::string&);

std::string gzip(const std::string& text)
{
    const TemporaryDirectory directory;
    return test::read_file(test::write_gzip(directory / "packed", text));
}

std::string bzip2(const std::string& text)
{
    std::string packed(text.size() + text.size() / 50 + 700, '\0');
    auto size = static_cast<unsigned>(packed.size());
    EXPECT_EQ(BZ_OK, BZ2_bzBuffToBuffCompress(packed.data(), &size, const_cast<char*>(text.data()),
                                              static_cast<unsigned>(text.size()), 1, 0, 0));
    return packed.substr(0, size);
}

std::string xz(const std::string& text)
{
    std::string packed(lzma_stream_buffer_bound(text.size()), '\0');
    std::size_t size = 0;
    EXPECT_EQ(LZMA_OK, lzma_easy_buffer_encode(0, LZMA_CHECK_CRC64, nullptr,
                                               reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                               reinterpret_cast<std::uint8_t*>(packed.data()), &size, packed.size()));
    return packed.substr(0, size);
}

std::string zstd(const std::string& text)
{
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    std::string packed(ZSTD_compressBound(text.size()), '\0');
    packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size()));
    ZSTD_freeCCtx(context);
    return packed;
}

struct Format {
    std::string name;
    Pack pack;
    std::size_t magic;  // bytes that it is known by
};

class PackedFiles : public testing::TestWithParam<Format> {
protected:
    std::string pack(const std::string& text) { return GetParam().pack(text); }
    std::string file(const std::string& bytes) { return write_file(directory_ / "log", bytes); }
    std::string failure(const std::string& bytes)
    {
        return test::message_of([&] { lines(file(bytes)); });
    }

    static std::vector<std::string> lines(const std::string& path)
    {
        LineSource source({path});
        std::vector<std::string> lines;
        for (Line line; source.next(line);) lines.emplace_back(line.text);
        return lines;
    }

    TemporaryDirectory directory_;
};

TEST_P(PackedFiles, AreReadStreamByStream)
{
    EXPECT_THAT(lines(file(pack("1,2\n3,4"))), ElementsAre("1,2", "3,4"));
    EXPECT_THAT(lines(file(pack("1,2\n3,") + pack("4\n") + pack("") + pack("5,6\n"))),
                ElementsAre("1,2", "3,4", "5,6"));
    EXPECT_THAT(lines(file(pack(""))), ElementsAre());
}

TEST_P(PackedFiles, AreReadWhereTheyUnpackToMuchMoreThanAnyBuffer)
{
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "the same line\n";
    EXPECT_EQ(200'000U, lines(file(pack(text) + pack(text))).size());
}

TEST_P(PackedFiles, AreRefusedWhereTheyAreCutShort)
{
    const std::string bytes = pack("some,lines\nof,text\n");
    const auto message = HasSubstr("log: the " + GetParam().name + " data is truncated");
    for (std::size_t size = GetParam().magic; size < bytes.size(); ++size)
        EXPECT_THAT(failure(bytes.substr(0, size)), message) << size;
    EXPECT_THAT(failure(bytes + bytes.substr(0, bytes.size() - 1)), message);
}

TEST_P(PackedFiles, AreRefusedWhereTheyAreAlteredOrFollowedByOtherBytes)
{
    const std::string bytes = pack("some,lines\nof,text\n");
    const auto message = HasSubstr("log: the " + GetParam().name + " data is damaged or followed by other bytes");
    EXPECT_THAT(failure(bytes + "trailing"), message);
    std::string altered = bytes;
    altered[bytes.size() - 2] ^= 1;  // in a checksum or a mark of the end
    EXPECT_THAT(failure(altered), message);
}

TEST_P(PackedFiles, BelongWhollyToOneRank)
{
    const auto files = inspect_inputs(std::vector{file(pack("1,2\n"))});
    EXPECT_FALSE(files.front().divisible);
}

INSTANTIATE_TEST_SUITE_P(Formats, PackedFiles,
                         testing::Values(Format{"gzip", gzip, 2}, Format{"bzip2", bzip2, 10}, Format{"xz", xz, 6},
                                         Format{"zstd", zstd, 4}),
                         [](const auto& parameter) { return parameter.param.name; });

TEST(PackedFiles, AFrameThatZstdPassesOverAndPaddingOfXzAreNoData)
{
    using namespace std::string_literals;
    const TemporaryDirectory directory;
    for (const std::string& bytes : {"\x50\x2A\x4D\x18\3\0\0\0abc"s + zstd("1\n"), xz("1\n") + "\0\0\0\0"s}) {
        LineSource source({write_file(directory / "log", bytes)});
        Line line;
        ASSERT_TRUE(source.next(line));
        EXPECT_EQ("1", line.text);
        EXPECT_FALSE(source.next(line));
    }
}

TEST(PackedFiles, AZstdWindowAboveTheLimitIsNamed)
{
    const TemporaryDirectory directory;
    // a frame header alone: no checksum, a window of 2^31 bytes
    const auto path = write_file(directory / "log", std::string("\x28\xB5\x2F\xFD\x00\xA8\x01\x00\x00", 9));
    EXPECT_THAT(test::message_of([&] {
                    Line line;
                    LineSource source({path});
                    static_cast<void>(source.next(line));
                }),
                AllOf(HasSubstr("window is above 128 MiB"), HasSubstr("zstd -d --long=31")));
}

}  // namespace
}  // namespace alster
