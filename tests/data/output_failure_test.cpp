#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "data/hdf5_file.hpp"
#include "data/ingest/byte_source.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

using test::exit_code_of;
using test::message_of;
using test::TemporaryDirectory;
using testing::HasSubstr;

void write_floats(const std::filesystem::path& path, Row rows)
{
    auto file = Hdf5File::create(path);
    file.write<float>("d", std::vector<float>(static_cast<std::size_t>(rows), 1.0F));
    file.commit();
}

TEST(OutputFailure, ADirectoryThatIsNotThereIsNamed)
{
    const TemporaryDirectory directory;
    const auto work = [&] { write_floats(directory / "no/such/m.h5", 1); };

    EXPECT_EQ(ExitCode::cannot_create, exit_code_of(work));
    EXPECT_THAT(message_of(work), HasSubstr("no directory " + (directory / "no/such").string()));
}

TEST(OutputFailure, ADirectoryIsNotOverwritten)
{
    const TemporaryDirectory directory;

    EXPECT_EQ(ExitCode::cannot_create, exit_code_of([&] { write_floats(directory.path(), 1); }));
    EXPECT_TRUE(std::filesystem::is_directory(directory.path()));
    EXPECT_EQ(ExitCode::cannot_create, exit_code_of([&] { write_floats("/dev/null", 1); }));
}

/// Root may write anywhere: the test is done as nobody.
class AsNobody {
public:
    AsNobody()
    {
        if (geteuid() == 0) changed_ = seteuid(65534) == 0;
    }
    ~AsNobody()
    {
        if (changed_ && seteuid(0) != 0) std::abort();
    }

private:
    bool changed_ = false;
};

TEST(OutputFailure, ADirectoryThatIsReadOnlySaysSo)
{
    const TemporaryDirectory directory;
    chmod(directory.path().c_str(), 0555);
    const AsNobody nobody;
    const auto work = [&] { write_floats(directory / "m.h5", 1); };

    EXPECT_EQ(ExitCode::cannot_create, exit_code_of(work));
    EXPECT_THAT(message_of(work), HasSubstr("Permission denied"));
}

TEST(OutputFailure, AFileBelowADirectoryThatMayNotBeEnteredCannotBeReadOrMade)
{
    const TemporaryDirectory directory;
    const auto closed = directory / "closed";
    std::filesystem::create_directory(closed);
    write_floats(closed / "m.h5", 1);
    chmod(directory.path().c_str(), 0755);
    chmod(closed.c_str(), 0);
    {
        const AsNobody nobody;
        const auto read = [&] { (void)Hdf5File::open(closed / "m.h5"); };
        EXPECT_EQ(ExitCode::io, exit_code_of(read));
        EXPECT_THAT(message_of(read), HasSubstr("cannot be read: Permission denied"));
        EXPECT_EQ(ExitCode::io, exit_code_of([&] { const ByteSource source((closed / "m.h5").string()); }));
        EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { const ByteSource source((directory / "absent").string()); }));
        const auto make = [&] { write_floats(closed / "n.h5", 1); };
        EXPECT_EQ(ExitCode::cannot_create, exit_code_of(make));
        EXPECT_THAT(message_of(make), HasSubstr("cannot be created: Permission denied"));
    }
    chmod(closed.c_str(), 0700);
}

TEST(OutputFailure, TooLittleRoomIsFoundBeforeWriting)
{
    const TemporaryDirectory directory;
    const auto work = [&] {
        auto file = Hdf5File::create(directory / "m.h5");
        file.make_rows<float>("a", Row{1} << 50);
    };
    EXPECT_EQ(ExitCode::io, exit_code_of(work));
    EXPECT_THAT(message_of(work), HasSubstr("needs 4503599627452416 bytes"));
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

/// Ends the process as the program would. In a process of its own, because HDF5 1.10 cannot forget a file that it
/// failed to close, and stumbles over it when MPI ends.
template <class Work>
[[noreturn]] void end_with(Work work)
{
    try {
        work();
    } catch (const Error& error) {
        fmt::print(stderr, "{}\n", error.what());
        std::_Exit(static_cast<int>(error.code()));
    }
    std::_Exit(0);
}

/// A limit on the size of files fails like a full disk, and needs no disk to fill.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

TEST(OutputFailure, ADiskThatFillsUpLeavesTheOldFileAndNoNewOne)
{
    const TemporaryDirectory directory;
    write_floats(directory / "m.h5", 3);
    for (const rlim_t limit : {5000, 20'000, 1'000'000, 3'999'000}) {
        const auto work = [&] {
            const FileSizeLimit limited(limit);
            write_floats(directory / "m.h5", 1'000'000);
        };
        EXPECT_EXIT(end_with(work), testing::ExitedWithCode(74), "failed: File too large: make room") << limit;
        EXPECT_FALSE(test::has_temporary_files(directory.path()));
    }
    EXPECT_EQ(3U, Hdf5File::open(directory / "m.h5").read<float>("d").size());
    write_floats(directory / "m.h5", 4);
    EXPECT_EQ(4U, Hdf5File::open(directory / "m.h5").read<float>("d").size());
}

}  // namespace
}  // namespace alster
