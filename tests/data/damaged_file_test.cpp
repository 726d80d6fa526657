#include <gmock/gmock.h>
#include <hdf5.h>

#include <fstream>
#include <iterator>
#include <random>

#include "data/checkpoint_file.hpp"
#include "data/dataset_file.hpp"
#include "data/model_file.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/sample_files.hpp"

namespace alster {
namespace {

using test::exit_code_of;
using test::message_of;
using test::TemporaryDirectory;
using testing::AnyOf;
using testing::HasSubstr;

using Bytes = std::string;

Bytes read_bytes(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const std::filesystem::path& path, const Bytes& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

void append(std::string& text, const auto& values)
{
    const auto bytes = std::as_bytes(std::span(values));
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void append(std::string& text, const Interactions& rows)
{
    append(text, rows.offsets);
    append(text, rows.columns);
    append(text, rows.values);
    append(text, rows.confidences);
    append(text, rows.preferences);
}

/// Everything that a dataset file says.
std::string content_of(const std::filesystem::path& path)
{
    const DatasetReader reader(path);
    const auto& info = reader.info();
    std::string text = fmt::format("{} {} {} {} {} {} {} {} {} {} {} {}", info.users, info.items, info.interactions,
                                   info.held_out, info.weighted, info.value_mean, info.value_min, info.value_max,
                                   info.watermark, info.split, info.provenance, info.fingerprint);
    for (const Side side : {Side::users, Side::items}) {
        const RowRange all{0, reader.rows(side)};
        const auto ids = reader.ids(side, all);
        append(text, ids.numbers);
        append(text, ids.texts.bytes);
        append(text, reader.id_order(side, all));
        append(text, reader.event_counts(side, all));
        append(text, reader.last_events(side, all));
        append(text, reader.interactions(Part::train, side, all));
    }
    append(text, reader.interactions(Part::holdout, Side::users, {0, reader.rows(Side::users)}));
    for (const auto& [name, column] : reader.metadata()) append(text.append(name), column.bytes);
    return text;
}

std::string content_of_model(const std::filesystem::path& path)
{
    const ModelReader reader(path);
    const auto& info = reader.info();
    std::string text =
        fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", info.objective, info.width, info.factors,
                    info.mean, info.alpha0, info.lambda, info.nu, info.seed, info.sweeps, info.objective_value,
                    info.fingerprint, info.run_id, info.space_id, info.tool_version, info.config, info.evaluation);
    for (const Side side : {Side::users, Side::items}) {
        const RowRange all{0, reader.rows(side)};
        const auto ids = reader.ids(side, all);
        append(text, ids.numbers);
        append(text, ids.texts.bytes);
        append(text, reader.factors(side, all));
        append(text, reader.event_counts(side, all));
        append(text, reader.status(side, all));
        append(text, reader.gramian(side));
    }
    return text;
}

std::string content_of_checkpoint(const std::filesystem::path& path)
{
    const CheckpointReader reader(path);
    const auto& info = reader.info();
    std::string text = fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}", info.half_steps, info.rows, info.width,
                                   info.penalty, info.objective, info.seconds, info.best_metric, info.best_sweep,
                                   info.restarts, info.run_id, info.fingerprint, info.config, info.arithmetic);
    append(text, reader.factors({0, info.rows}));
    return text;
}

void write_sample_checkpoint(const std::filesystem::path& path)
{
    std::vector<float> factors(7 * 3);
    for (std::size_t k = 0; k < factors.size(); ++k) factors[k] = 0.5F + static_cast<float>(k);
    write_checkpoint(path,
                     {.half_steps = 5,
                      .rows = 7,
                      .width = 3,
                      .penalty = 2.5,
                      .objective = 17.25,
                      .run_id = "run",
                      .fingerprint = "data",
                      .config = "{}",
                      .arithmetic = "cpu",
                      .tool_version = "0"},
                     0, factors);
}

/// A kind of file: how a small one is written, and all that it says.
struct FileKind {
    const char* name;
    void (*write)(const std::filesystem::path&);
    std::string (*content)(const std::filesystem::path&);
};

class EveryKindOfFile : public testing::TestWithParam<FileKind> {};

void write_sample_model(const std::filesystem::path& path)
{
    test::SampleModel(9, 5, 3).write(path, serial_access(), {0, 9}, {0, 5});
}

INSTANTIATE_TEST_SUITE_P(DamagedFile, EveryKindOfFile,
                         testing::Values(FileKind{"dataset", test::write_sample_dataset, content_of},
                                         FileKind{"model", write_sample_model, content_of_model},
                                         FileKind{"checkpoint", write_sample_checkpoint, content_of_checkpoint}),
                         [](const auto& kind) { return kind.param.name; });

/// Of a checkpoint every length; of the others, which are the same kind of file with more in it, some.
TEST_P(EveryKindOfFile, IsRefusedWhereItIsTruncated)
{
    const TemporaryDirectory directory;
    GetParam().write(directory / "whole.h5");
    const auto whole = read_bytes(directory / "whole.h5");
    const auto refused = [&](std::size_t size) {
        write_bytes(directory / "cut.h5", whole.substr(0, size));
        return exit_code_of([&] { (void)GetParam().content(directory / "cut.h5"); });
    };
    const std::size_t step = GetParam().name == std::string("checkpoint") ? 1 : 331;
    for (std::size_t size = 0; size < whole.size(); size += step) ASSERT_EQ(ExitCode::bad_data, refused(size)) << size;
    for (std::size_t left = 1; left <= 64; ++left)
        ASSERT_EQ(ExitCode::bad_data, refused(whole.size() - left)) << left << " bytes short";
}

/// Half of the flips anywhere, half where bytes are not 0: most of a small file is padding to whole pages.
TEST_P(EveryKindOfFile, LetsNoBitFlipGoUnseen)
{
    const TemporaryDirectory directory;
    GetParam().write(directory / "whole.h5");
    const auto whole = read_bytes(directory / "whole.h5");
    const auto content = GetParam().content(directory / "whole.h5");
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < whole.size(); ++i)
        if (whole[i] != 0) used.push_back(i);
    std::mt19937_64 random(1);
    constexpr int flips = 10'000;
    int refused = 0;
    for (int flip = 0; flip < flips; ++flip) {
        const auto position = flip % 2 ? used[random() % used.size()] : random() % whole.size();
        auto bytes = whole;
        bytes[position] = static_cast<char>(bytes[position] ^ (1 << random() % 8));
        write_bytes(directory / "flipped.h5", bytes);
        std::string found;
        const auto code = exit_code_of([&] { found = GetParam().content(directory / "flipped.h5"); });
        ASSERT_THAT(code, AnyOf(ExitCode::done, ExitCode::bad_data, ExitCode::io)) << position;
        if (code == ExitCode::done)
            ASSERT_TRUE(found == content) << "silent at byte " << position;
        else
            ++refused;
    }
    EXPECT_GT(refused, flips * 4 / 10);
}

TEST(DamagedFile, AFlipInAnyDatasetIsFoundWhenTheFileIsOpened)
{
    const TemporaryDirectory directory;
    const test::SampleModel model(40, 20, 6);
    model.write(directory / "m.h5", serial_access(), {0, 40}, {0, 20});
    const auto whole = read_bytes(directory / "m.h5");
    const auto factors = model.factors(Side::users, {0, 40});
    std::string pattern;
    append(pattern, factors);
    const auto at = whole.find(pattern);
    ASSERT_NE(std::string::npos, at) << "factors lie in one piece";

    auto bytes = whole;
    bytes[at + 17] = static_cast<char>(bytes[at + 17] ^ 4);
    write_bytes(directory / "m.h5", bytes);

    EXPECT_THAT(message_of([&] { const ModelReader reader(directory / "m.h5"); }),
                HasSubstr("/users/factors does not match its checksum"));
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { const ModelReader reader(directory / "m.h5"); }));
}

TEST(DamagedFile, WhatIsNoFileOfAlsterIsRefused)
{
    const TemporaryDirectory directory;
    write_bytes(directory / "text.h5", "user,item\n1,2\n");
    write_bytes(directory / "empty.h5", "");
    H5Fclose(H5Fcreate((directory / "foreign.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    const auto message = [&](const std::string& name) {
        EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { DatasetReader reader(directory / name); })) << name;
        return message_of([&] { DatasetReader reader(directory / name); });
    };
    EXPECT_THAT(message("text.h5"), HasSubstr("not a whole HDF5 file"));
    EXPECT_THAT(message("empty.h5"), HasSubstr("not a whole HDF5 file"));
    EXPECT_THAT(message("foreign.h5"), HasSubstr("not of alster"));
    EXPECT_THAT(message("absent.h5"), HasSubstr("no such file"));
    EXPECT_THAT(message("."), HasSubstr("is a directory"));
}

TEST(DamagedFile, AFileThatWasNotFinishedIsRefused)
{
    const TemporaryDirectory directory;
    test::write_sample_dataset(directory / "d.h5");
    const hid_t file = H5Fopen((directory / "d.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t complete = H5Aopen(file, "complete", H5P_DEFAULT);
    const int no = 0;
    H5Awrite(complete, H5T_NATIVE_INT, &no);
    H5Aclose(complete);
    H5Fclose(file);

    EXPECT_THAT(message_of([&] { DatasetReader reader(directory / "d.h5"); }), HasSubstr("was not finished"));
}

TEST(DamagedFile, AnAttributeChangedByAnotherProgramIsNoticed)
{
    const TemporaryDirectory directory;
    test::write_sample_dataset(directory / "d.h5");
    const hid_t file = H5Fopen((directory / "d.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t attribute = H5Aopen(file, "watermark", H5P_DEFAULT);
    const int value = 5;
    H5Awrite(attribute, H5T_NATIVE_INT, &value);
    H5Aclose(attribute);
    H5Fclose(file);

    EXPECT_THAT(message_of([&] { DatasetReader reader(directory / "d.h5"); }), HasSubstr("do not match"));
}

TEST(DamagedFile, AnotherFormatAndANewerVersionAreRefused)
{
    const TemporaryDirectory directory;
    test::SampleModel(2, 2, 2).write(directory / "m.h5", serial_access(), {0, 2}, {0, 2});
    EXPECT_THAT(message_of([&] { DatasetReader reader(directory / "m.h5"); }),
                HasSubstr("is of format 'alster-model', 'alster-dataset' is needed"));

    auto file = Hdf5File::create(directory / "new.h5");
    file.set_attribute("/", "format", "alster-model");
    file.set_attribute("/", "format_version", std::span<const std::int32_t>(std::vector<std::int32_t>{2, 0}));
    file.commit();
    EXPECT_EQ(ExitCode::bad_data, exit_code_of([&] { ModelReader reader(directory / "new.h5"); }));
    EXPECT_THAT(message_of([&] { ModelReader reader(directory / "new.h5"); }), HasSubstr("written by a newer alster"));
}

/// Writes a dataset file whose checksums are right and whose content is wrong.
void write_dataset_with(const std::filesystem::path& path, const Interactions& by_user)
{
    auto info = test::sample_dataset_info();
    info.held_out = 0;
    DatasetWriter writer(path, info);
    writer.write_ids(Side::users, test::sample_user_ids());
    writer.write_ids(Side::items, test::sample_item_ids());
    writer.write_events(Side::users, std::vector<std::int32_t>(5), std::vector<std::int64_t>(5));
    writer.write_events(Side::items, std::vector<std::int32_t>(4), std::vector<std::int64_t>(4));
    writer.append(Part::train, Side::users, by_user);
    writer.append(Part::train, Side::items, test::sample_by_item());
    writer.commit();
}

TEST(DamagedFile, RowsThatMakeNoSenseAreRefused)
{
    const TemporaryDirectory directory;
    const auto message = [&](auto damage) {
        auto rows = test::sample_by_user();
        damage(rows);
        write_dataset_with(directory / "d.h5", rows);
        const DatasetReader reader(directory / "d.h5");
        return message_of([&] { (void)reader.interactions(Part::train, Side::users, {0, 5}); });
    };
    EXPECT_EQ("", message([](Interactions&) {}));
    EXPECT_THAT(message([](Interactions& rows) { rows.columns[6] = 4; }), HasSubstr("columns"));
    EXPECT_THAT(message([](Interactions& rows) { rows.columns[0] = -1; }), HasSubstr("columns"));
    EXPECT_THAT(message([](Interactions& rows) { rows.columns[1] = 0; }), HasSubstr("columns"));
    EXPECT_THAT(message([](Interactions& rows) { rows.offsets[2] = 1; }), HasSubstr("offsets"));
}

}  // namespace
}  // namespace alster
