#include "data/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "data/hdf5_file.hpp"
#include "data/output_lock.hpp"
#include "data/temporary_file.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

namespace fs = std::filesystem;
using test::exit_code_of;
using test::message_of;
using test::TemporaryDirectory;
using testing::HasSubstr;

std::vector<std::string> names_in(const fs::path& directory)
{
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
}

/// The number of a process that has ended.
pid_t dead_process()
{
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
    return child;
}

TEST(TemporaryFile, EveryWriterHasANameOfItsOwn)
{
    const TemporaryDirectory directory;
    const auto first = make_temporary(directory / "m.h5");
    const auto second = make_temporary(directory / "m.h5");

    EXPECT_NE(first, second);
    EXPECT_THAT(first.filename().string(), testing::StartsWith(fmt::format("m.h5.{}.{}.", host_name(), getpid())));
    EXPECT_EQ(2U, names_in(directory.path()).size());
}

TEST(TemporaryFile, WhatDeadWritersOfTheSameFileLeftIsRemoved)
{
    const TemporaryDirectory directory;
    const pid_t dead = dead_process();
    const std::string stale = fmt::format("m.h5.{}.{}.0.tmp", host_name(), dead);
    const std::vector<std::string> kept = {fmt::format("m.h5.{}.{}.77.tmp", host_name(), getpid()),
                                           fmt::format("m.h5.elsewhere.{}.0.tmp", dead),
                                           fmt::format("m.h5x.{}.{}.0.tmp", host_name(), dead),
                                           fmt::format("m.h5.{}.12x.0.tmp", host_name()),
                                           "m.h5.tmp",
                                           "m.h5.1.tmp"};
    std::ofstream(directory / stale) << "half";
    for (const auto& name : kept) std::ofstream(directory / name) << "not ours";
    (void)make_temporary(directory / "m.h5");

    EXPECT_FALSE(fs::exists(directory / stale));
    for (const auto& name : kept) EXPECT_TRUE(fs::exists(directory / name)) << name;
}

TEST(TemporaryFile, ANameOfTheGreatestLengthHasRoom)
{
    const TemporaryDirectory directory;
    const auto path = directory / std::string(255, 'n');
    write_whole(path, "text");
    const auto lock = OutputLock::of_file(path);

    EXPECT_EQ("text", test::read_file(path));
    EXPECT_NE(short_name(std::string(254, 'n') + "a"), short_name(std::string(254, 'n') + "b"));
}

TEST(OutputFile, AppearsWholeOrNotAtAll)
{
    const TemporaryDirectory directory;
    const auto path = directory / "l.jsonl";
    write_whole(path, "old");
    {
        OutputFile file(path);
        file.write("half");
    }
    EXPECT_EQ("old", test::read_file(path));
    EXPECT_EQ(1U, names_in(directory.path()).size());
    const std::string large(3'000'000, 'x');
    write_whole(path, large);
    EXPECT_EQ(large, test::read_file(path));
    EXPECT_EQ(1U, names_in(directory.path()).size());
}

TEST(OutputFile, ALinkStaysAndWhatItLeadsToIsWritten)
{
    const TemporaryDirectory directory;
    fs::create_directory(directory / "far");
    write_whole(directory / "far/l.jsonl", "old");
    fs::create_symlink("far/l.jsonl", directory / "near");
    fs::create_symlink(directory / "near", directory / "nearer");
    fs::create_symlink("far/new", directory / "dangling");

    write_whole(directory / "nearer", "new");
    write_whole(directory / "dangling", "first");
    EXPECT_EQ("new", test::read_file(directory / "far/l.jsonl"));
    EXPECT_EQ("first", test::read_file(directory / "far/new"));
    for (const char* link : {"near", "nearer", "dangling"}) EXPECT_TRUE(fs::is_symlink(directory / link));

    auto file = Hdf5File::create(directory / "near");
    EXPECT_THAT(names_in(directory / "far"), testing::Contains(testing::StartsWith("l.jsonl."))) << "beside the target";
    file.commit();
    EXPECT_TRUE(fs::is_symlink(directory / "near"));
    EXPECT_NO_THROW((void)Hdf5File::open(directory / "far/l.jsonl"));
    EXPECT_THAT(names_in(directory / "far"), testing::ElementsAre("l.jsonl", "new"));
}

TEST(OutputFile, WhatCannotBeRenamedOntoIsRefusedAtOnce)
{
    const TemporaryDirectory directory;
    ASSERT_EQ(0, mkfifo((directory / "pipe").c_str(), 0600));
    fs::create_symlink("pipe", directory / "to-pipe");
    fs::create_symlink("/dev/null", directory / "to-device");
    fs::create_symlink("absent/l.jsonl", directory / "to-nowhere");
    fs::create_symlink("loop", directory / "loop");
    const int open_file = ::open((directory / "open").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    fs::create_symlink(fmt::format("/dev/fd/{}", open_file), directory / "to-open");
    const std::vector<std::pair<fs::path, const char*>> refused = {
        {"", "is no name of a file"},
        {directory / "to-pipe", "is not an ordinary file"},
        {directory / "to-device", "is not an ordinary file"},
        {directory / "to-nowhere", "there is no directory"},
        {directory / "loop", "Too many levels of symbolic links"},
        {directory / "to-open", "is an open file of a process"},
        {fmt::format("/proc/self/fd/{}", open_file), "is an open file of a process"},
        {directory / std::string(256, 'l'), "File name too long"},
        {directory / "open/l.jsonl", "there is no directory"}};
    for (const auto& [path, says] : refused) {
        const auto work = [&path = path] { OutputFile file(path); };
        EXPECT_EQ(ExitCode::cannot_create, exit_code_of(work)) << path;
        EXPECT_THAT(message_of(work), HasSubstr(says)) << path;
        EXPECT_EQ(ExitCode::cannot_create, exit_code_of([&path = path] { (void)OutputLock::of_file(path); })) << path;
        EXPECT_EQ(ExitCode::cannot_create, exit_code_of([&path = path] { (void)Hdf5File::create(path); })) << path;
    }
    ::close(open_file);
    EXPECT_THAT(names_in(directory.path()),
                testing::ElementsAre("loop", "open", "pipe", "to-device", "to-nowhere", "to-open", "to-pipe"));
}

TEST(OutputFile, PartsAreJoinedInOrderAndCounted)
{
    const TemporaryDirectory directory;
    OutputFile first(directory / "l.jsonl");
    OutputFile second(directory / "l.jsonl");
    first.write("a\n");
    second.write("b\n");
    second.finish();

    const auto lost = [&] { first.append(second.temporary(), second.bytes() + 1); };
    EXPECT_EQ(ExitCode::io, exit_code_of(lost));
    EXPECT_EQ(ExitCode::io, exit_code_of([&] { first.append(directory / "absent", 0); }));

    OutputFile whole(directory / "l.jsonl");
    whole.write("a\n");
    whole.append(second.temporary(), second.bytes());
    whole.commit();
    EXPECT_EQ("a\nb\n", test::read_file(directory / "l.jsonl"));
}

TEST(OutputLock, ASecondWriterIsToldWhoTheFirstIs)
{
    const TemporaryDirectory directory;
    const auto second = [&] { const auto lock = OutputLock::of_file(directory / "d.h5"); };
    {
        const auto first = OutputLock::of_file(directory / "d.h5");
        EXPECT_EQ(ExitCode::cannot_create, exit_code_of(second));
        EXPECT_THAT(message_of(second),
                    HasSubstr(fmt::format("another run (host {}, pid {}) writes here", host_name(), getpid())));
        (void)OutputLock::of_file(directory / "other.h5");
        (void)OutputLock::of_directory(directory.path());
    }
    second();
    EXPECT_TRUE(fs::is_empty(directory.path())) << "nothing stays behind";
}

TEST(OutputLock, AllLinksToAFileHaveOneLock)
{
    const TemporaryDirectory directory;
    fs::create_directory(directory / "far");
    fs::create_symlink("far/d.h5", directory / "link");
    const auto first = OutputLock::of_file(directory / "link");
    EXPECT_TRUE(fs::exists(directory / "far/.d.h5.lock"));
    EXPECT_EQ(ExitCode::cannot_create, exit_code_of([&] { (void)OutputLock::of_file(directory / "far/d.h5"); }));
}

TEST(OutputLock, AKilledHolderBlocksNobody)
{
    const TemporaryDirectory directory;
    const pid_t child = fork();
    if (child == 0) {
        const auto lock = OutputLock::of_file(directory / "d.h5");
        std::raise(SIGKILL);
    }
    waitpid(child, nullptr, 0);
    EXPECT_TRUE(fs::exists(directory / ".d.h5.lock"));
    {
        const auto lock = OutputLock::of_file(directory / "d.h5");
    }
    EXPECT_FALSE(fs::exists(directory / ".d.h5.lock"));
}

TEST(OutputLock, NeedsADirectory)
{
    const TemporaryDirectory directory;
    EXPECT_EQ(ExitCode::cannot_create, exit_code_of([&] { (void)OutputLock::of_file(directory / "no/d.h5"); }));
    EXPECT_EQ(ExitCode::cannot_create, exit_code_of([&] { (void)OutputLock::of_directory(directory / "no"); }));
}

TEST(UnreadableFile, IsNotCalledDamagedWhereSomebodyWritesIt)
{
    const TemporaryDirectory directory;
    const auto write = [&] {
        auto file = Hdf5File::create(directory / "m.h5");
        file.write<float>("d", std::vector<float>(3, 1.0F));
        file.commit();
    };
    write();
    const int writer = open((directory / "m.h5").c_str(), O_RDWR);
    ASSERT_EQ(0, flock(writer, LOCK_EX | LOCK_NB));
    const auto read = [&] { (void)Hdf5File::open(directory / "m.h5"); };
    EXPECT_EQ(ExitCode::io, exit_code_of(read));
    EXPECT_THAT(message_of(read), HasSubstr("open for writing"));
    EXPECT_THAT(message_of(read), HasSubstr("HDF5_USE_FILE_LOCKING=FALSE"));
    close(writer);
    read();
}

TEST(UnreadableFile, APathThroughAFileIsNoSuchFile)
{
    const TemporaryDirectory directory;
    std::ofstream(directory / "plain") << "text";
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { (void)Hdf5File::open(directory / "plain/m.h5"); }));
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { (void)Hdf5File::open(directory / "absent.h5"); }));
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { (void)Hdf5File::open(directory / "plain"); }));
}

}  // namespace
}  // namespace alster
