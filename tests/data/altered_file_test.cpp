#include <gmock/gmock.h>
#include <hdf5.h>

#include <array>

#include "data/checkpoint_file.hpp"
#include "data/hdf5_handle.hpp"
#include "tests/support/expect_error.hpp"
#include "tests/support/real_data.hpp"
#include "tests/support/reseal.hpp"
#include "tests/support/sample_files.hpp"
#include "tests/support/text_files.hpp"

// Files that another program altered and sealed again: their checksums are right, and they still may not do harm.

namespace alster {
namespace {

using testing::HasSubstr;

class AlteredFile : public testing::Test {
protected:
    /// Why a checkpoint is refused after `alter`, given the file, has changed it; empty where it is not.
    std::string refusal(const std::function<void(hid_t)>& alter)
    {
        test::write_sample_checkpoint(path_);
        Hdf5Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
        alter(file.get());
        test::reseal(file);
        file.close();
        EXPECT_THAT(test::exit_code_of([&] { CheckpointReader reader(path_); }),
                    testing::AnyOf(ExitCode::done, ExitCode::bad_data));
        return test::message_of([&] { CheckpointReader reader(path_); });
    }

    /// The same with another dataset of factors in place of the right one.
    std::string refusal_of_factors(hid_t type, std::array<hsize_t, 2> sizes, const std::function<void(hid_t)>& set)
    {
        return refusal([&](hid_t file) {
            const Hdf5Handle space(H5Screate_simple(2, sizes.data(), nullptr), H5Sclose);
            const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
            set(properties.get());
            H5Ldelete(file, "/factors", H5P_DEFAULT);
            const Hdf5Handle made(
                H5Dcreate2(file, "/factors", type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Dclose);
            EXPECT_TRUE(made.valid());
        });
    }

    void TearDown() override
    {
        // whatever was opened is closed again, refused or not
        EXPECT_EQ(0, H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL));
    }

    test::TemporaryDirectory directory_;
    std::filesystem::path path_ = directory_ / "c.h5";
};

TEST_F(AlteredFile, IsTakenWhereNothingIsWrong)
{
    EXPECT_EQ("", refusal([](hid_t) {}));
}

TEST_F(AlteredFile, AnAttributeOfManyValuesIsNotReadIntoTheRoomOfOne)
{
    for (const char* name : {"complete", "attributes_crc32", "width"}) {
        const auto widen = [&](hid_t object) {
            const hsize_t many = 4000;
            const std::vector<std::int64_t> values(many, 1);
            const Hdf5Handle space(H5Screate_simple(1, &many, nullptr), H5Sclose);
            H5Adelete(object, name);
            const Hdf5Handle made(H5Acreate2(object, name, H5T_STD_I64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                                  H5Aclose);
            EXPECT_GE(H5Awrite(made.get(), H5T_NATIVE_INT64, values.data()), 0);
        };
        test::write_sample_checkpoint(path_);
        Hdf5Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
        widen(file.get());
        file.close();
        EXPECT_EQ(ExitCode::bad_data, test::exit_code_of([&] { CheckpointReader reader(path_); })) << name;
    }
    EXPECT_THAT(refusal([](hid_t file) {
                    const hsize_t two = 2;
                    const Hdf5Handle space(H5Screate_simple(1, &two, nullptr), H5Sclose);
                    H5Adelete(file, "width");
                    H5Aclose(H5Acreate2(file, "width", H5T_STD_I64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT));
                }),
                HasSubstr("attribute width cannot be read"));
}

TEST_F(AlteredFile, ALinkThatLeadsOutOfItIsNotFollowed)
{
    const auto other = directory_ / "other.h5";
    test::write_sample_checkpoint(other);
    EXPECT_THAT(refusal([&](hid_t file) {
                    H5Ldelete(file, "/factors", H5P_DEFAULT);
                    H5Lcreate_external(other.c_str(), "/factors", file, "/factors", H5P_DEFAULT, H5P_DEFAULT);
                }),
                HasSubstr("list of contents"));
    EXPECT_THAT(refusal([](hid_t file) { H5Lcreate_soft("/factors", file, "/also", H5P_DEFAULT, H5P_DEFAULT); }),
                HasSubstr("list of contents"));
}

TEST_F(AlteredFile, ValuesThatLieElsewhereOrNowhereAreNotRead)
{
    const auto nothing = [](hid_t) {};
    EXPECT_THAT(
        refusal_of_factors(H5T_IEEE_F32LE, {7, 3}, [](hid_t p) { H5Pset_external(p, "/dev/zero", 0, H5F_UNLIMITED); }),
        HasSubstr("not stored as alster does it"));
    // terabytes of zeros in a file of a few kilobytes
    EXPECT_THAT(refusal_of_factors(H5T_IEEE_F32LE, {hsize_t{1} << 45, 3}, nothing), HasSubstr("not stored whole"));
    EXPECT_THAT(refusal_of_factors(H5T_IEEE_F32LE, {7, hsize_t{1} << 45}, nothing), HasSubstr("not stored whole"));
}

TEST_F(AlteredFile, PackedValuesAreNotRead)
{
    const auto message = refusal_of_factors(H5T_IEEE_F32LE, {hsize_t{1} << 45, 3}, [](hid_t p) {
        const std::array<hsize_t, 2> chunk = {1000, 3};
        H5Pset_chunk(p, 2, chunk.data());
        H5Pset_deflate(p, 9);
    });
    EXPECT_THAT(message, HasSubstr("not stored as alster does it"));
}

/// Text attributes were of fixed length in format 1.0.
TEST_F(AlteredFile, TextAttributesOfFixedLengthAreRead)
{
    EXPECT_EQ("", refusal([](hid_t file) {
                  const Hdf5Handle text(H5Tcopy(H5T_C_S1), H5Tclose);
                  H5Tset_size(text.get(), 8);
                  H5Tset_strpad(text.get(), H5T_STR_NULLPAD);
                  const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
                  H5Adelete(file, "run_id");
                  const Hdf5Handle made(H5Acreate2(file, "run_id", text.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT),
                                        H5Aclose);
                  EXPECT_GE(H5Awrite(made.get(), text.get(), "old run\0"), 0);
              }));
    EXPECT_EQ("old run", CheckpointReader(path_).info().run_id);
}

TEST_F(AlteredFile, TextOfAnyLengthMustBeOneText)
{
    const auto with = [&](const Hdf5Handle& space) {
        return refusal([&](hid_t file) {
            const Hdf5Handle text(H5Tcopy(H5T_C_S1), H5Tclose);
            H5Tset_size(text.get(), H5T_VARIABLE);
            H5Adelete(file, "run_id");
            H5Aclose(H5Acreate2(file, "run_id", text.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
        });
    };
    const hsize_t two = 2;
    EXPECT_EQ("", with({H5Screate(H5S_SCALAR), H5Sclose}));  // of no text yet
    EXPECT_EQ("", CheckpointReader(path_).info().run_id);
    EXPECT_THAT(with({H5Screate_simple(1, &two, nullptr), H5Sclose}), HasSubstr("cannot be read"));
    EXPECT_THAT(with({H5Screate(H5S_NULL), H5Sclose}), HasSubstr("cannot be read"));
}

TEST_F(AlteredFile, AChangedTextAttributeIsNoticed)
{
    test::write_sample_checkpoint(path_);
    Hdf5Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    {
        const Hdf5Handle run(H5Aopen(file.get(), "run_id", H5P_DEFAULT), H5Aclose);
        const Hdf5Handle type(H5Aget_type(run.get()), H5Tclose);
        const char* other = "another";
        EXPECT_GE(H5Awrite(run.get(), type.get(), static_cast<const void*>(&other)), 0);
    }
    file.close();
    EXPECT_THAT(test::message_of([&] { CheckpointReader reader(path_); }), HasSubstr("do not match their checksum"));
}

/// HDF5 believes what the heap of texts says of itself and would read and write outside of it.
TEST_F(AlteredFile, NoSizeInTheHeapOfTextsIsBelieved)
{
    test::write_sample_checkpoint(path_);
    const std::string whole = test::read_file(path_);
    const auto heap = whole.find("GCOL");
    ASSERT_NE(std::string::npos, heap);
    int refused = 0;
    for (std::size_t at = heap; at < heap + 160; ++at)
        for (const int value : {0, 1, 7, 127, 128, 255}) {
            std::string bytes = whole;
            bytes[at] = static_cast<char>(value);
            if (bytes == whole) continue;
            test::write_file(path_, bytes);
            const auto code = test::exit_code_of([&] { CheckpointReader reader(path_); });
            ASSERT_THAT(code, testing::AnyOf(ExitCode::done, ExitCode::bad_data)) << at - heap << ' ' << value;
            refused += code == ExitCode::bad_data;
        }
    EXPECT_GT(refused, 500);
}

TEST_F(AlteredFile, TextOfVariableLengthIsNotRead)
{
    const Hdf5Handle text(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(text.get(), H5T_VARIABLE);
    EXPECT_THAT(refusal_of_factors(text.get(), {7, 3}, [](hid_t p) { H5Pset_alloc_time(p, H5D_ALLOC_TIME_EARLY); }),
                HasSubstr("not stored as alster does it"));
}

}  // namespace
}  // namespace alster
