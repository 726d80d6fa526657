#include <gmock/gmock.h>
#include <hdf5.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <numeric>
#include <random>

#include "data/checkpoint_file.hpp"
#include "data/dataset_file.hpp"
#include "data/hdf5_handle.hpp"
#include "data/model_file.hpp"
#include "host/personalize/list_writer.hpp"
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

void add_text(std::string& text, const Hdf5Handle& type, const Hdf5Handle& space, auto read)
{
    const auto elements = std::max<hssize_t>(H5Sget_simple_extent_npoints(space.get()), 0);
    if (H5Tis_variable_str(type.get()) > 0) {
        ASSERT_EQ(1, elements);
        char* value = nullptr;
        text += read(&value) < 0 ? "cannot be read" : std::string("text ") + (value ? value : "");
        H5free_memory(value);
        return;
    }
    std::string bytes(static_cast<std::size_t>(elements) * H5Tget_size(type.get()), '\0');
    if (!bytes.empty() && read(bytes.data()) < 0) text += "cannot be read";
    text += fmt::format("{} {} ", static_cast<int>(H5Tget_class(type.get())), H5Tget_size(type.get())) + bytes;
}

herr_t add_attribute(hid_t object, const char* name, const H5A_info_t*, void* text)
{
    const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
    const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
    const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
    add_text(static_cast<std::string*>(text)->append(name), type, space,
             [&](void* to) { return H5Aread(attribute.get(), type.get(), to); });
    return 0;
}

herr_t add_object(hid_t file, const char* name, const H5O_info_t* info, void* text)
{
    static_cast<std::string*>(text)->append(name);
    const Hdf5Handle object(H5Oopen(file, name, H5P_DEFAULT), H5Oclose);
    H5Aiterate2(object.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add_attribute, text);
    if (info->type != H5O_TYPE_DATASET) return 0;
    const Hdf5Handle type(H5Dget_type(object.get()), H5Tclose);
    const Hdf5Handle space(H5Dget_space(object.get()), H5Sclose);
    add_text(*static_cast<std::string*>(text), type, space,
             [&](void* to) { return H5Dread(object.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, to); });
    return 0;
}

/// Everything that a file says, by HDF5's own functions: names, types, attributes, values.
std::string content_of(const std::filesystem::path& path)
{
    const Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    std::string text;
    H5Ovisit(file.get(), H5_INDEX_NAME, H5_ITER_INC, add_object, &text);
    return text;
}

void write_sample_lists(const std::filesystem::path& path)
{
    const std::filesystem::path model_path = path.string() + ".model.h5";
    test::write_sample_model(model_path);
    const Communicator ranks;
    const ModelReader model(model_path);
    const ItemLabels labels(model);
    TopK lists(9, 2);
    std::iota(lists.items.begin(), lists.items.end(), 0);
    std::iota(lists.scores.begin(), lists.scores.end(), 0.25F);
    std::fill(lists.filled.begin(), lists.filled.end(), 2);
    std::vector<Row> users(9);
    std::iota(users.begin(), users.end(), Row{0});
    const PopularItems popular = model.popular();
    const auto writer = make_list_writer(ranks, {.path = path,
                                                 .model = model,
                                                 .labels = labels,
                                                 .side = Side::users,
                                                 .group = "/topk/home",
                                                 .k = 2,
                                                 .score = "dot",
                                                 .excluded = LeftOut(),
                                                 .popular = &popular});
    writer->write({users, {}, lists, std::vector<Reason>(18)});
    writer->commit();
}

template <class Reader>
void open_as(const std::filesystem::path& path)
{
    const Reader reader(path);
}

/// A kind of file: how a small one is written, and how it is opened and verified.
struct FileKind {
    const char* name;
    void (*write)(const std::filesystem::path&);
    void (*open)(const std::filesystem::path&);
};

/// Every length and more flips take minutes: only where they are asked for, as nightly.
bool thorough() { return std::getenv("ALSTER_THOROUGH") != nullptr; }

class EveryKindOfFile : public testing::TestWithParam<FileKind> {};

INSTANTIATE_TEST_SUITE_P(
    DamagedFile, EveryKindOfFile,
    testing::Values(FileKind{"dataset", test::write_sample_dataset, open_as<DatasetReader>},
                    FileKind{"model", test::write_sample_model, open_as<ModelReader>},
                    FileKind{"checkpoint", test::write_sample_checkpoint, open_as<CheckpointReader>},
                    FileKind{"lists", write_sample_lists, [](const auto& path) { (void)Hdf5File::open(path); }}),
    [](const auto& kind) { return kind.param.name; });

/// Of a checkpoint every fifth length, or every one; of the others, which are the same kind of file with more in it,
/// some.
TEST_P(EveryKindOfFile, IsRefusedWhereItIsTruncated)
{
    const TemporaryDirectory directory;
    GetParam().write(directory / "whole.h5");
    const auto whole = read_bytes(directory / "whole.h5");
    std::size_t refused = 0;
    const auto refuse = [&](std::size_t size) {
        write_bytes(directory / "cut.h5", whole.substr(0, size));
        ASSERT_EQ(ExitCode::bad_data, exit_code_of([&] { GetParam().open(directory / "cut.h5"); })) << size;
        ++refused;
    };
    const std::size_t step = GetParam().name != std::string("checkpoint") ? 331 : thorough() ? 1 : 37;
    for (std::size_t size = 0; size < whole.size(); size += step) ASSERT_NO_FATAL_FAILURE(refuse(size));
    for (std::size_t left = 1; left <= 64; ++left) ASSERT_NO_FATAL_FAILURE(refuse(whole.size() - left));
    fmt::print("{}: {} truncations of {} bytes, all refused\n", GetParam().name, refused, whole.size());
}

/// Half of the flips anywhere, half where bytes are not 0: most of a small file is padding to whole pages. A flip that
/// is not refused must lie in such padding: everything that the file says must be as it was.
TEST_P(EveryKindOfFile, LetsNoBitFlipGoUnseen)
{
    const TemporaryDirectory directory;
    GetParam().write(directory / "whole.h5");
    const auto whole = read_bytes(directory / "whole.h5");
    const auto content = content_of(directory / "whole.h5");
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < whole.size(); ++i)
        if (whole[i] != 0) used.push_back(i);
    std::mt19937_64 random(1);
    const int flips = thorough() ? 10'000 : 1'000;
    int refused = flips;
    for (int flip = 0; flip < flips; ++flip) {
        const auto position = flip % 2 ? used[random() % used.size()] : random() % whole.size();
        auto bytes = whole;
        bytes[position] = static_cast<char>(bytes[position] ^ (1 << random() % 8));
        write_bytes(directory / "flipped.h5", bytes);
        const auto code = exit_code_of([&] { GetParam().open(directory / "flipped.h5"); });
        ASSERT_THAT(code, AnyOf(ExitCode::done, ExitCode::bad_data, ExitCode::io)) << position;
        if (code != ExitCode::done) continue;
        --refused;
        ASSERT_TRUE(content_of(directory / "flipped.h5") == content) << "silent at byte " << position;
    }
    fmt::print("{}: {} flips: {} refused, {} in padding, 0 silent\n", GetParam().name, flips, refused, flips - refused);
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
    writer.append(Part::train, Side::users, by_user, test::times_of(by_user, 1));
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
