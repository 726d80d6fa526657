#include "data/hdf5_file.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <limits>
#include <thread>

#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"

namespace alster {
namespace {

using test::exit_code_of;
using test::TemporaryDirectory;

template <class T>
void expect_round_trip(const std::vector<T>& values)
{
    const TemporaryDirectory directory;
    auto file = Hdf5File::create(directory / "a.h5");
    file.write<T>("/deep/group/flat", values);
    file.write<T>("wide", values, 3);
    file.commit();

    const auto read = Hdf5File::open(directory / "a.h5");
    EXPECT_EQ(values, read.read<T>("/deep/group/flat"));
    EXPECT_EQ(values, read.read<T>("wide"));
    EXPECT_EQ(std::vector<T>(values.begin() + 3, values.begin() + 9), read.read_rows<T>("wide", {1, 3}));
    EXPECT_EQ(3, read.shape("wide").width);
    EXPECT_EQ(static_cast<Row>(values.size()) / 3, read.shape("wide").rows);
}

TEST(Hdf5File, ReadsBackEveryElementType)
{
    const std::vector<int> numbers = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const auto as = [&]<class T>(T) { return std::vector<T>(numbers.begin(), numbers.end()); };
    expect_round_trip(as(0.0F));
    expect_round_trip(as(0.0));
    expect_round_trip(as(std::int32_t{}));
    expect_round_trip(as(std::int64_t{}));
    expect_round_trip(as(std::uint8_t{}));
    expect_round_trip(as(std::uint16_t{}));
}

TEST(Hdf5File, ReadsBackAttributesOfAnyLength)
{
    const TemporaryDirectory directory;
    const std::string long_text(200'000, 'x');
    {
        auto file = Hdf5File::create(directory / "a.h5");
        file.write<float>("d", std::vector<float>{1});
        file.set_attribute("/", "number", std::int64_t{-3});
        file.set_attribute("/", "number", std::int64_t{std::numeric_limits<std::int64_t>::min()});
        file.set_attribute("/", "real", 0.1);
        file.set_attribute("d", "text", "zoë");
        file.set_attribute("/", "empty", "");
        file.set_attribute("/", "long", long_text);
        file.set_attribute("/", "list", std::span<const std::int32_t>(std::vector<std::int32_t>{1, 0}));
        file.commit();
    }
    const auto file = Hdf5File::open(directory / "a.h5");
    EXPECT_EQ(std::numeric_limits<std::int64_t>::min(), file.integer_attribute("/", "number"));
    EXPECT_EQ(0.1, file.real_attribute("/", "real"));
    EXPECT_EQ("zoë", file.text_attribute("d", "text"));
    EXPECT_EQ("", file.text_attribute("/", "empty"));
    EXPECT_EQ(long_text, file.text_attribute("/", "long"));
    EXPECT_EQ((std::vector<std::int32_t>{1, 0}), file.integers_attribute("/", "list"));
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { (void)file.integer_attribute("/", "absent"); }));
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { (void)file.integer_attribute("/", "real"); }));
}

TEST(Hdf5File, KeepsDatasetsWithoutRows)
{
    const TemporaryDirectory directory;
    {
        auto file = Hdf5File::create(directory / "a.h5");
        file.write<float>("none", {}, 7);
        file.write("texts", TextColumn{});
        file.make_rows<std::int32_t>("by rows", 0);
        file.seal("by rows");
        file.commit();
    }
    const auto file = Hdf5File::open(directory / "a.h5");
    file.verify();
    EXPECT_TRUE(file.read<float>("none").empty());
    EXPECT_EQ(7, file.shape("none").width);
    EXPECT_EQ(0, file.read_text("texts").rows());
    EXPECT_EQ((std::vector<std::string>{"/by rows", "/none", "/texts"}), file.datasets());
}

TEST(Hdf5File, WritesRowsInSeveralBlocksAndTextsOfAnyWidth)
{
    const TemporaryDirectory directory;
    {
        auto file = Hdf5File::create(directory / "a.h5");
        file.make_rows<double>("d", 3, 2);
        file.write_rows<double>("d", 0, std::vector<double>{1, 2});
        file.write_rows<double>("d", 1, std::vector<double>{3, 4, 5, 6});
        file.seal("d");
        file.make_text("t", 3, 5);
        file.write_text("t", 0, TextColumn::from({"é"}));
        file.write_text("t", 1, TextColumn::from({"", "cinco"}));
        file.seal("t");
        file.commit();
    }
    const auto file = Hdf5File::open(directory / "a.h5");
    EXPECT_EQ((std::vector<double>{1, 2, 3, 4, 5, 6}), file.read<double>("d"));
    const auto texts = file.read_text("t");
    EXPECT_EQ("é", texts[0]);
    EXPECT_EQ("", texts[1]);
    EXPECT_EQ("cinco", texts[2]);
    EXPECT_EQ("cinco", file.read_text_rows("t", {2, 3})[0]);
}

TEST(Hdf5File, RefusesTextThatWouldBeCutOff)
{
    const TemporaryDirectory directory;
    auto file = Hdf5File::create(directory / "a.h5");
    file.make_text("t", 1, 5);

    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { file.write_text("t", 0, TextColumn::from({"ééé"})); }));
}

TEST(Hdf5File, RefusesGapsMissingRowsAndUnsealedDatasets)
{
    const TemporaryDirectory directory;
    auto file = Hdf5File::create(directory / "a.h5");
    file.make_rows<float>("d", 4);
    file.write_rows<float>("d", 0, std::vector<float>{1});

    EXPECT_EQ(ExitCode::internal, exit_code_of([&] { file.write_rows<float>("d", 2, std::vector<float>{1}); }));
    EXPECT_EQ(ExitCode::internal, exit_code_of([&] { file.write_rows<float>("d", 1, std::vector<float>(4)); }));
    EXPECT_EQ(ExitCode::internal, exit_code_of([&] { file.seal("d"); }));
    EXPECT_EQ(ExitCode::internal, exit_code_of([&] { file.commit(); }));
}

TEST(Hdf5File, LeavesNothingBehindWhenItIsNotCommitted)
{
    const TemporaryDirectory directory;
    {
        auto file = Hdf5File::create(directory / "a.h5");
    }
    {
        auto file = Hdf5File::create(directory / "a.h5");
        auto moved = std::move(file);
        moved = Hdf5File::create(directory / "b.h5");
    }
    EXPECT_TRUE(std::filesystem::is_empty(directory.path()));
}

TEST(Hdf5File, TheOldFileStaysUntilTheNewOneIsCommitted)
{
    const TemporaryDirectory directory;
    const auto write = [&](float value, bool commit) {
        auto file = Hdf5File::create(directory / "a.h5");
        file.write<float>("d", std::vector<float>{value});
        if (commit) file.commit();
    };
    const auto value = [&] { return Hdf5File::open(directory / "a.h5").read<float>("d")[0]; };
    write(1, true);
    write(2, false);
    EXPECT_EQ(1, value());
    write(3, true);
    EXPECT_EQ(3, value());
}

TEST(Hdf5File, TheSameContentGivesTheSameBytes)
{
    const TemporaryDirectory directory;
    const auto write = [&](const std::string& name) {
        auto file = Hdf5File::create(directory / name);
        file.write<float>("group/d", std::vector<float>{1});
        file.commit();
        std::ifstream in(directory / name, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const auto first = write("a.h5");
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5's times have seconds
    EXPECT_TRUE(first == write("b.h5"));
}

TEST(Hdf5File, RefusesAnotherElementTypeAndAnAbsentDataset)
{
    const TemporaryDirectory directory;
    {
        auto file = Hdf5File::create(directory / "a.h5");
        file.write<float>("d", std::vector<float>{1});
        file.commit();
    }
    const auto file = Hdf5File::open(directory / "a.h5");
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { (void)file.read<double>("d"); }));
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { (void)file.read_text("d"); }));
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { (void)file.read<float>("e"); }));
    EXPECT_EQ(ExitCode::internal, exit_code_of([&] { (void)file.read_rows<float>("d", {0, 2}); }));
    EXPECT_FALSE(file.contains("e"));
    EXPECT_FALSE(file.contains("absent/group"));
    EXPECT_TRUE(file.contains("d"));
}

}  // namespace
}  // namespace alster
