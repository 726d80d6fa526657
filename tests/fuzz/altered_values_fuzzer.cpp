#include <fuzzer/FuzzedDataProvider.h>
#include <hdf5.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "data/hdf5_handle.hpp"
#include "tests/fuzz/everything.hpp"
#include "tests/fuzz/memory_file.hpp"
#include "tests/fuzz/sample.hpp"
#include "tests/support/reseal.hpp"

// Files that keep the structure of alster's own, with right checksums, in which some numbers are others: attributes,
// values, and the sizes of datasets together with the attributes that promise them. A reader has to refuse what
// contradicts itself; read_everything() asks of what it takes that it is all in range.

namespace alster::fuzz {
namespace {

using Input = FuzzedDataProvider;

std::int64_t any_integer(Input& input)
{
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::array<std::int64_t, 14> edges = {0,   1,       2,         3,         5,         7,    9,
                                                    255, 1 << 20, 1LL << 31, 1LL << 32, 1LL << 62, most, most - 1};
    if (input.ConsumeBool()) return input.ConsumeIntegralInRange<std::int64_t>(-3, 20);
    const std::int64_t edge = input.PickValueInArray(edges);
    return input.ConsumeBool() ? edge : -edge;
}

double any_real(Input& input)
{
    using Limits = std::numeric_limits<double>;
    constexpr std::array edges = {
        0.0,   1.0, 0.5, 1e-300, 1e18, 1e30, 3e38, 1e39, 1e300, Limits::max(), Limits::infinity(), Limits::quiet_NaN(),
        1e-42, 2e19};
    const double edge = input.ConsumeBool() ? input.PickValueInArray(edges) : input.ConsumeFloatingPoint<double>();
    return input.ConsumeBool() ? edge : -edge;
}

/// A value of a plain type, as its bytes.
std::vector<std::uint8_t> any_value(Input& input, hid_t type)
{
    std::vector<std::uint8_t> bytes(H5Tget_size(type));
    if (H5Tget_class(type) == H5T_STRING) {
        input.ConsumeData(bytes.data(), bytes.size());
        return bytes;
    }
    if (H5Tget_class(type) == H5T_FLOAT && bytes.size() == sizeof(double)) {
        const double value = any_real(input);
        std::memcpy(bytes.data(), &value, sizeof value);
    } else if (H5Tget_class(type) == H5T_FLOAT) {
        const double wide = any_real(input);
        const double most = std::numeric_limits<float>::max();
        const float value =
            wide > most ? std::numeric_limits<float>::infinity() : static_cast<float>(std::max(wide, -most));
        std::memcpy(bytes.data(), &value, std::min(bytes.size(), sizeof value));
    } else {
        const std::int64_t value = any_integer(input);
        std::memcpy(bytes.data(), &value, std::min(bytes.size(), sizeof value));
    }
    return bytes;
}

std::vector<std::string> attributes_of(hid_t object)
{
    std::vector<std::string> names;
    const auto keep = [](hid_t, const char* name, const H5A_info_t*, void* into) {
        static_cast<std::vector<std::string>*>(into)->push_back(name);
        return herr_t{0};
    };
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, keep, &names);
    return names;
}

/// Another value for an attribute that is there, of the type that it has.
void alter_attribute(Input& input, hid_t file, const std::string& name)
{
    const Hdf5Handle owner(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose);
    const auto names = attributes_of(owner.get());
    if (names.empty()) return;
    const auto& key = names[input.ConsumeIntegralInRange<std::size_t>(0, names.size() - 1)];
    const Hdf5Handle attribute(H5Aopen(owner.get(), key.c_str(), H5P_DEFAULT), H5Aclose);
    const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
    const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
    if (H5Sget_simple_extent_npoints(space.get()) != 1 || H5Tis_variable_str(type.get()) > 0) return;
    const auto value = any_value(input, type.get());
    H5Awrite(attribute.get(), type.get(), value.data());
}

/// Another value in a dataset, or the same one all over it.
void alter_values(Input& input, hid_t file, const std::string& name)
{
    const Hdf5Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) return;
    const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
    const Hdf5Handle space(H5Dget_space(dataset.get()), H5Sclose);
    const auto elements = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get()));
    if (elements == 0) return;
    const std::size_t bytes = H5Tget_size(type.get());
    std::vector<std::uint8_t> values(elements * bytes);
    H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    const auto value = any_value(input, type.get());
    const bool all = input.ConsumeBool();
    const auto one = input.ConsumeIntegralInRange<std::size_t>(0, elements - 1);
    for (std::size_t n = all ? 0 : one; n < (all ? elements : one + 1); ++n)
        std::copy(value.begin(), value.end(), values.begin() + static_cast<std::ptrdiff_t>(n * bytes));
    H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

/// A dataset of other sizes, stored as alster does it.
void resize(Input& input, hid_t file, const std::string& name)
{
    Hdf5Handle type;
    int dimensions = 0;
    {
        const Hdf5Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
        if (!dataset.valid()) return;
        type = Hdf5Handle(H5Dget_type(dataset.get()), H5Tclose);
        const Hdf5Handle space(H5Dget_space(dataset.get()), H5Sclose);
        dimensions = H5Sget_simple_extent_ndims(space.get());
    }
    const std::array<hsize_t, 2> sizes = {input.ConsumeIntegralInRange<hsize_t>(0, 12),
                                          input.ConsumeIntegralInRange<hsize_t>(1, 12)};
    const Hdf5Handle space(H5Screate_simple(std::min(dimensions, 2), sizes.data(), nullptr), H5Sclose);
    const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_alloc_time(properties.get(), H5D_ALLOC_TIME_EARLY);
    H5Ldelete(file, name.c_str(), H5P_DEFAULT);
    const Hdf5Handle made(
        H5Dcreate2(file, name.c_str(), type.get(), space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT), H5Dclose);
}

std::vector<std::uint8_t> altered(Input& input)
{
    auto file = opened_sample(input.ConsumeIntegralInRange<std::size_t>(0, samples.size() - 1));
    const auto names = test::names_in(file);
    for (int edits = input.ConsumeIntegralInRange(1, 6); edits > 0; --edits) {
        const auto& name = names[input.ConsumeIntegralInRange<std::size_t>(0, names.size() - 1)];
        switch (input.ConsumeIntegralInRange(0, 5)) {
            case 0:
                resize(input, file.get(), name);
                break;
            case 1:
                alter_attribute(input, file.get(), name);
                break;
            case 2:
            case 3:
                alter_attribute(input, file.get(), "/");
                break;
            default:
                alter_values(input, file.get(), name);
        }
    }
    test::reseal(file);
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
