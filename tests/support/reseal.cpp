#include "tests/support/reseal.hpp"

#include <zlib.h>

#include "data/error.hpp"
#include "data/hdf5_impl.hpp"

namespace alster::test {

namespace {

template <class T>
void put(hid_t owner, const char* name, hid_t type, T value)
{
    H5Adelete(owner, name);
    const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Hdf5Handle made(H5Acreate2(owner, name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    H5Awrite(made.get(), type, &value);
}

void seal_values(hid_t file, const std::string& name)
{
    const Hdf5Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) return;
    const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
    const Hdf5Handle space(H5Dget_space(dataset.get()), H5Sclose);
    const auto elements = H5Sget_simple_extent_npoints(space.get());
    const bool variable = H5Tget_class(type.get()) == H5T_VLEN || H5Tis_variable_str(type.get()) != 0;
    if (elements < 0 || elements > 10'000 || variable) return;
    std::vector<unsigned char> values(static_cast<std::size_t>(elements) * H5Tget_size(type.get()));
    if (!values.empty()) H5Dread(dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    put(dataset.get(), "crc32", H5T_STD_U32LE, static_cast<std::uint32_t>(crc32_z(0, values.data(), values.size())));
}

/// Lends a file to the functions that alster has for its own.
template <class Work>
void with_impl(Hdf5Handle& file, Work work)
{
    Hdf5File::Impl impl;
    impl.path = "altered";
    impl.file = std::move(file);
    impl.writing = true;  // what was altered is not on the disk, where texts would be looked for
    try {
        work(impl);
    } catch (const Error&) {  // what cannot be listed has no checksum
    }
    file = std::move(impl.file);
}

}  // namespace

std::vector<std::string> names_in(Hdf5Handle& file)
{
    std::vector<std::string> names;
    with_impl(file, [&](const Hdf5File::Impl& impl) { names = impl.objects(); });
    return names;
}

void reseal(Hdf5Handle& file)
{
    for (const auto& name : names_in(file)) seal_values(file.get(), name);
    with_impl(file, [](const Hdf5File::Impl& impl) {
        put(impl.file.get(), "attributes_crc32", H5T_STD_I64LE, static_cast<std::int64_t>(impl.structure().crc));
    });
}

}  // namespace alster::test
