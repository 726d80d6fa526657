#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "data/hdf5_file.hpp"
#include "tests/support/process.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/reseal.hpp"
#include "tests/support/sample_files.hpp"

namespace alster {
namespace {

using test::TemporaryDirectory;
using testing::HasSubstr;

struct Outcome {
    int code = 0;
    std::string text;  // of both streams
};

Outcome inspect(const std::string& arguments)
{
    Outcome outcome;
    FILE* pipe = popen((test::alster_program() + " inspect " + arguments + " 2>&1").c_str(), "r");
    std::array<char, 4096> buffer{};
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        outcome.text.append(buffer.data(), count);
    outcome.code = WEXITSTATUS(pclose(pipe));
    return outcome;
}

TEST(Inspect, ShowsADataset)
{
    const TemporaryDirectory directory;
    test::write_sample_dataset(directory / "d.h5");
    const auto outcome = inspect((directory / "d.h5").string());

    EXPECT_EQ(0, outcome.code);
    EXPECT_THAT(outcome.text, HasSubstr("alster-dataset"));
    EXPECT_THAT(outcome.text, HasSubstr("/train/by_user/columns"));
    EXPECT_THAT(outcome.text, HasSubstr(R"("genres":"set")"));
    EXPECT_THAT(outcome.text, HasSubstr("every dataset matches its checksum"));
}

TEST(Inspect, PrintsAModelAsOneJsonObject)
{
    const TemporaryDirectory directory;
    test::SampleModel(5, 4, 3).write(directory / "m.h5", serial_access(), {0, 5}, {0, 4});
    const auto outcome = inspect("--json --no-verify " + (directory / "m.h5").string());
    ASSERT_EQ(0, outcome.code) << outcome.text;
    const auto facts = nlohmann::json::parse(outcome.text);

    EXPECT_EQ("alster-model", facts["format"]);
    EXPECT_EQ("1.3", facts["format_version"]);
    EXPECT_EQ(5, facts["users"]);
    EXPECT_EQ(3, facts["width"]);
    EXPECT_EQ(false, facts["verified"]);
    EXPECT_EQ(17U, facts["datasets"].size());
    EXPECT_EQ(3U, facts["first_user_norms"].size());
}

TEST(Inspect, ShowsAFileOfAFormatWithoutAReaderOfItsOwn)
{
    const TemporaryDirectory directory;
    auto file = Hdf5File::create(directory / "c.h5");
    file.set_attribute("/", "format", "alster-other");
    file.set_attribute("/", "format_version", std::span<const std::int32_t>(std::vector<std::int32_t>{1, 0}));
    file.write<std::uint16_t>("wide", std::vector<std::uint16_t>{1, 2, 3, 4}, 2);
    file.commit();
    const auto outcome = inspect((directory / "c.h5").string());

    EXPECT_EQ(0, outcome.code);
    EXPECT_THAT(outcome.text, HasSubstr("uint16"));
    EXPECT_THAT(outcome.text, HasSubstr("2 x 2"));
}

TEST(Inspect, ShowsACheckpoint)
{
    const TemporaryDirectory directory;
    test::write_sample_checkpoint(directory / "c.h5");
    const auto outcome = inspect((directory / "c.h5").string());

    EXPECT_EQ(0, outcome.code);
    EXPECT_THAT(outcome.text, HasSubstr("half_steps         5"));
    EXPECT_THAT(outcome.text, HasSubstr("every dataset matches its checksum"));
}

TEST(Inspect, ShowsListsAndChecksThem)
{
    const TemporaryDirectory directory;
    test::write_sample_lists(directory / "users.h5");
    test::write_sample_similar(directory / "items.h5");
    for (const char* side : {"users", "items"}) {
        const auto outcome = inspect("--json " + (directory / side).string() + ".h5");
        ASSERT_EQ(0, outcome.code) << outcome.text;
        const auto facts = nlohmann::json::parse(outcome.text);
        EXPECT_EQ(side, facts["side"]);
        EXPECT_EQ(std::string(side) == "users" ? 4 : 5, facts["lists"]);
        EXPECT_EQ(3, facts["k"]);
        EXPECT_EQ(std::string(side) == "users" ? "/topk/home" : "/similar/items", facts["groups"][0]);
        EXPECT_EQ(5, facts["items"]);
        EXPECT_EQ("a formula", facts["score"]);
    }

    test::alter(directory / "users.h5",
                [](hid_t file) { test::set_value<std::int32_t>(file, "/topk/home/item", 0, 5); });
    const auto outcome = inspect((directory / "users.h5").string());
    EXPECT_EQ(65, outcome.code);
    EXPECT_THAT(outcome.text, HasSubstr("place 0, is 5, it must be a row of 5 items"));
    EXPECT_EQ(0, inspect("--no-verify " + (directory / "users.h5").string()).code);
}

TEST(Inspect, WhatSomebodyWritesIsLockedAndNotDamaged)
{
    const TemporaryDirectory directory;
    test::write_sample_dataset(directory / "dataset.h5");
    test::write_sample_model(directory / "model.h5");
    test::write_sample_checkpoint(directory / "checkpoint.h5");
    test::write_sample_lists(directory / "lists.h5");
    for (const char* name : {"dataset.h5", "model.h5", "checkpoint.h5", "lists.h5"}) {
        const int writer = open((directory / name).c_str(), O_RDWR);
        ASSERT_EQ(0, flock(writer, LOCK_EX | LOCK_NB));
        const auto outcome = inspect((directory / name).string());
        EXPECT_EQ(74, outcome.code) << name;
        EXPECT_THAT(outcome.text, HasSubstr("HDF5_USE_FILE_LOCKING=FALSE"));
        close(writer);
        EXPECT_EQ(0, inspect((directory / name).string()).code) << name;
    }
}

TEST(Inspect, ShowsListsOfTheFirstFormatAsTheyAre)
{
    const TemporaryDirectory directory;
    auto file = Hdf5File::create(directory / "old.h5");
    file.set_attribute("/", "format", "alster-lists");
    file.set_attribute("/", "format_version", std::span<const std::int32_t>(std::vector<std::int32_t>{1, 0}));
    file.write<std::int32_t>("/topk/home/item", std::vector<std::int32_t>{1, 0}, 2);
    file.commit();
    const auto outcome = inspect((directory / "old.h5").string());

    EXPECT_EQ(0, outcome.code);
    EXPECT_THAT(outcome.text, HasSubstr("every dataset matches its checksum"));
}

TEST(Inspect, NamesWhatIsWrongInOneLine)
{
    const TemporaryDirectory directory;
    std::ofstream(directory / "text.h5") << "not HDF5";
    for (const auto& [arguments, code] :
         std::vector<std::pair<std::string, int>>{{(directory / "text.h5").string(), 65},
                                                  {(directory / "absent.h5").string(), 65},
                                                  {"", 64},
                                                  {"--no", 64}}) {
        const auto outcome = inspect(arguments);
        EXPECT_EQ(code, outcome.code) << arguments;
        EXPECT_EQ(1, std::count(outcome.text.begin(), outcome.text.end(), '\n')) << outcome.text;
    }
}

}  // namespace
}  // namespace alster
