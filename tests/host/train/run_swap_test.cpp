#include "host/train/run_swap.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/real_data.hpp"
#include "tests/support/text_files.hpp"

namespace alster {
namespace {

namespace fs = std::filesystem;

void fill(const fs::path& directory, const std::string& which)
{
    fs::create_directories(directory / "ckpt");
    for (const char* name : run_files) std::ofstream(directory / name) << which;
    std::ofstream(directory / "ckpt/half-000001.h5") << which;
}

std::string run_in(const fs::path& directory)
{
    std::string all;
    for (const char* name : run_files) {
        const auto text = fs::exists(directory / name) ? test::read_file(directory / name) : "none";
        if (!all.empty() && all != text) return "a mixture: " + all + " and " + text;
        all = text;
    }
    return all;
}

std::size_t entries(const fs::path& directory)
{
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

TEST(RunSwap, TheNewRunTakesThePlaceOfTheOldOne)
{
    const test::TemporaryDirectory directory;
    fill(directory.path(), "old");
    fill(directory / next_run, "new");
    std::ofstream(directory / "lists.h5") << "somebody's";
    swap_in_next(directory.path());

    EXPECT_EQ("new", run_in(directory.path()));
    for (const char* name : run_files) EXPECT_FALSE(fs::is_symlink(directory / name));
    EXPECT_EQ("somebody's", test::read_file(directory / "lists.h5"));
    EXPECT_EQ(run_files.size() + 1, entries(directory.path())) << "nothing else is left";
}

TEST(RunSwap, AnUnfinishedRunIsReplacedAsWell)
{
    const test::TemporaryDirectory directory;
    fill(directory.path(), "old");
    fs::remove(directory / "model.h5");
    fs::remove(directory / "manifest.json");
    fill(directory / next_run, "new");
    swap_in_next(directory.path());

    EXPECT_EQ("new", run_in(directory.path()));
    EXPECT_FALSE(fs::exists(directory / "ckpt"));
}

TEST(RunSwap, WithoutAHalfDoneSwapRecoveryChangesNothing)
{
    const test::TemporaryDirectory directory;
    fill(directory.path(), "old");
    fill(directory / next_run, "new");

    EXPECT_FALSE(recover_swap(directory.path()));
    EXPECT_EQ("old", run_in(directory.path()));
    EXPECT_EQ("new", run_in(directory / next_run));
}

}  // namespace
}  // namespace alster
