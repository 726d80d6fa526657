#include <fuzzer/FuzzedDataProvider.h>
#include <hdf5.h>

#include <algorithm>
#include <array>

#include "data/hdf5_handle.hpp"
#include "tests/fuzz/everything.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/sample.hpp"
#include "tests/support/reseal.hpp"

// Files that another program altered: valid HDF5 whose checksums are right, and whose content is not what a reader
// expects. Bytes of the input are edits of one of the samples; afterwards the checksums are made again.

namespace alster::fuzz {
namespace {

using Input = FuzzedDataProvider;

Hdf5Handle any_type(Input& input)
{
    const hsize_t three = 3;
    switch (input.ConsumeIntegralInRange(0, 9)) {
        case 0:
            return {H5Tcopy(H5T_STD_I64LE), H5Tclose};
        case 1:
            return {H5Tcopy(H5T_STD_U8LE), H5Tclose};
        case 2:
            return {H5Tcopy(H5T_IEEE_F64LE), H5Tclose};
        case 3:
            return {H5Tcopy(H5T_STD_I32BE), H5Tclose};
        case 4:
            return {H5Tcopy(H5T_IEEE_F32LE), H5Tclose};
        case 5:
            return {H5Tarray_create2(H5T_STD_I32LE, 1, &three), H5Tclose};
        case 6:
            return {H5Tvlen_create(H5T_STD_I32LE), H5Tclose};
        case 7:
            return {H5Tcreate(H5T_OPAQUE, 5), H5Tclose};
        default:
            break;
    }
    const Hdf5Handle text(H5Tcopy(H5T_C_S1), H5Tclose);
    const auto bytes = input.ConsumeIntegralInRange<std::size_t>(0, 300);
    H5Tset_size(text.get(), bytes == 0 ? H5T_VARIABLE : bytes);
    return {H5Tcopy(text.get()), H5Tclose};
}

Hdf5Handle any_space(Input& input, hsize_t most)
{
    const int dimensions = input.ConsumeIntegralInRange(0, 3);
    std::array<hsize_t, 3> sizes{};
    for (auto& size : sizes) size = input.ConsumeIntegralInRange<hsize_t>(0, dimensions == 1 ? most : 9);
    if (dimensions == 0) return {H5Screate(input.ConsumeBool() ? H5S_SCALAR : H5S_NULL), H5Sclose};
    return {H5Screate_simple(dimensions, sizes.data(), nullptr), H5Sclose};
}

/// Values for a type and space that are small and not of variable length; none for others.
std::vector<std::uint8_t> any_values(Input& input, const Hdf5Handle& type, const Hdf5Handle& space)
{
    const auto elements = H5Sget_simple_extent_npoints(space.get());
    const auto kind = H5Tget_class(type.get());
    if (elements < 1 || elements > 10'000 || kind == H5T_VLEN || H5Tis_variable_str(type.get()) != 0) return {};
    std::vector<std::uint8_t> values(static_cast<std::size_t>(elements) * H5Tget_size(type.get()));
    input.ConsumeData(values.data(), values.size());
    return values;
}

/// A text of any length, or none: what the attribute was made with.
void write_text(Input& input, const Hdf5Handle& attribute, const Hdf5Handle& type, const Hdf5Handle& space)
{
    if (H5Sget_simple_extent_npoints(space.get()) != 1 || input.ConsumeBool()) return;
    const auto text = input.ConsumeRandomLengthString(5000);
    const char* characters = text.c_str();
    H5Awrite(attribute.get(), type.get(), &characters);
}

void alter_attribute(Input& input, hid_t file, const std::string& object)
{
    constexpr std::array names = {
        "complete",   "attributes_crc32", "crc32",    "format", "format_version", "n_users",    "n_items", "nnz",
        "width",      "held_out",         "weighted", "rows",   "id_kind",        "half_steps", "split",   "foreign",
        "value_mean", "config_json"};
    const char* name = input.PickValueInArray(names);
    const Hdf5Handle owner(H5Oopen(file, object.c_str(), H5P_DEFAULT), H5Oclose);
    H5Adelete(owner.get(), name);
    if (input.ConsumeBool()) return;
    const auto type = any_type(input);
    const auto space = any_space(input, 1000);
    const auto values = any_values(input, type, space);
    const Hdf5Handle made(H5Acreate2(owner.get(), name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (!values.empty()) H5Awrite(made.get(), type.get(), values.data());
    if (H5Tis_variable_str(type.get()) > 0) write_text(input, made, type, space);
}

void replace_dataset(Input& input, hid_t file, const std::string& name)
{
    const auto type = any_type(input);
    const auto space = any_space(input, std::uint64_t{1} << 50);
    const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    const std::array<hsize_t, 3> chunk = {3, 3, 3};
    const int layout = input.ConsumeIntegralInRange(0, 4);
    if (layout == 1) H5Pset_layout(properties.get(), H5D_COMPACT);
    if (layout >= 2) H5Pset_chunk(properties.get(), std::max(H5Sget_simple_extent_ndims(space.get()), 1), chunk.data());
    if (layout == 3) H5Pset_deflate(properties.get(), 1);
    if (layout == 4) H5Pset_external(properties.get(), "/dev/zero", 0, H5F_UNLIMITED);
    H5Ldelete(file, name.c_str(), H5P_DEFAULT);
    const auto values = any_values(input, type, space);
    const Hdf5Handle made(
        H5Dcreate2(file, name.c_str(), type.get(), space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Dclose);
    if (!values.empty()) H5Dwrite(made.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

void overwrite_values(Input& input, hid_t file, const std::string& name)
{
    const Hdf5Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
    const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
    const Hdf5Handle space(H5Dget_space(dataset.get()), H5Sclose);
    const auto values = any_values(input, type, space);
    if (!values.empty()) H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

void relink(Input& input, hid_t file, const std::string& name)
{
    H5Ldelete(file, name.c_str(), H5P_DEFAULT);
    switch (input.ConsumeIntegralInRange(0, 4)) {
        case 0:
            H5Lcreate_soft("/users/id", file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
            break;
        case 1:
            H5Lcreate_hard(file, "/", file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
            break;
        case 2:
            H5Lcreate_hard(file, "/items/id", file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
            break;
        case 3:
            H5Lcreate_external(ALSTER_SAMPLES "/model.h5", "/users/id", file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
            break;
        default:
            break;
    }
}

void edit(Input& input, hid_t file, const std::vector<std::string>& names)
{
    const auto& name = names[input.ConsumeIntegralInRange<std::size_t>(0, names.size() - 1)];
    switch (input.ConsumeIntegralInRange(0, 4)) {
        case 0:
            return alter_attribute(input, file, "/");
        case 1:
            return alter_attribute(input, file, name);
        case 2:
            return replace_dataset(input, file, name);
        case 3:
            return overwrite_values(input, file, name);
        default:
            return relink(input, file, name);
    }
}

/// The sample as a file after the edits.
std::vector<std::uint8_t> altered(Input& input)
{
    auto file = opened_sample(input.ConsumeIntegralInRange<std::size_t>(0, samples.size() - 1));
    const auto names = test::names_in(file);
    // `complete` and attributes_crc32 are altered after sealing, everything else before
    const bool root_last = input.ConsumeBool();
    for (int edits = input.ConsumeIntegralInRange(0, 3); edits > 0; --edits) edit(input, file.get(), names);
    test::reseal(file);
    if (root_last) alter_attribute(input, file.get(), "/");
    return image_of(file);
}

}  // namespace
}  // namespace alster::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    alster::start_hdf5();
    FuzzedDataProvider input(data, size);
    const auto image = alster::fuzz::altered(input);
    const alster::fuzz::MemoryFile file(image);
    alster::fuzz::read_everything(file.path());
    return 0;
}
