#include "tests/support/reseal.hpp"

#include <zlib.h>

#include <stdexcept>

#include "data/error.hpp"
#include "data/hdf5_impl.hpp"
#include "data/hdf5_types.hpp"

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

namespace {

void replace_attribute(hid_t file, const std::string& key, hid_t type, const void* value)
{
    H5Adelete(file, key.c_str());
    const Hdf5Handle space(H5Screate(H5S_SCALAR), H5Sclose);
    const Hdf5Handle made(H5Acreate2(file, key.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (H5Awrite(made.get(), type, value) < 0) throw std::runtime_error("cannot set " + key);
}

}  // namespace

void set_attribute(hid_t file, const std::string& key, std::int64_t value)
{
    replace_attribute(file, key, H5T_STD_I64LE, &value);
}

void set_attribute(hid_t file, const std::string& key, double value)
{
    replace_attribute(file, key, H5T_IEEE_F64LE, &value);
}

void set_attribute(hid_t file, const std::string& key, std::string_view text)
{
    std::string padded(text);
    if (padded.empty()) padded.push_back('\0');
    const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.get(), padded.size());
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    replace_attribute(file, key, type.get(), padded.data());
}

template <class T>
void set_value(hid_t file, const std::string& name, std::size_t position, T value)
{
    const Hdf5Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
    const Hdf5Handle space(H5Dget_space(dataset.get()), H5Sclose);
    std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get())));
    H5Dread(dataset.get(), element_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    values.at(position) = value;
    if (H5Dwrite(dataset.get(), element_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
        throw std::runtime_error("cannot write " + name);
}

template void set_value<float>(hid_t, const std::string&, std::size_t, float);
template void set_value<double>(hid_t, const std::string&, std::size_t, double);
template void set_value<std::int32_t>(hid_t, const std::string&, std::size_t, std::int32_t);
template void set_value<std::int64_t>(hid_t, const std::string&, std::size_t, std::int64_t);
template void set_value<std::uint8_t>(hid_t, const std::string&, std::size_t, std::uint8_t);
template void set_value<std::uint16_t>(hid_t, const std::string&, std::size_t, std::uint16_t);

void alter(const std::filesystem::path& path, const std::function<void(hid_t)>& change)
{
    start_hdf5();
    Hdf5Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    change(file.get());
    reseal(file);
}

}  // namespace alster::test
