#include <algorithm>
#include <cstring>

#include "data/error.hpp"
#include "data/hdf5_impl.hpp"
#include "data/hdf5_types.hpp"

namespace alster {

Hdf5Handle Hdf5File::Impl::object(const std::string& name) const
{
    Hdf5Handle object(H5Oopen(file.get(), name.c_str(), H5P_DEFAULT), H5Oclose);
    if (!object.valid()) throw Error(ExitCode::bad_data, "{}: lacks {}", path.string(), name);
    return object;
}

/// `elements`: length of a one-dimensional attribute, −1 for a scalar.
void Hdf5File::Impl::put_attribute(const std::string& name, const std::string& key, hid_t type,
                                   std::span<const std::byte> value, Row elements)
{
    require_same("attribute " + key, value);
    const auto owner = object(name);
    const auto length = static_cast<hsize_t>(elements);
    const Hdf5Handle space(elements < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &length, nullptr), H5Sclose);
    const bool replaced = H5Aexists(owner.get(), key.c_str()) <= 0 || H5Adelete(owner.get(), key.c_str()) >= 0;
    const Hdf5Handle made(H5Acreate2(owner.get(), key.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    if (!replaced || !made.valid() || H5Awrite(made.get(), type, value.data()) < 0)
        throw Error(ExitCode::io, "{}: cannot write attribute {}: {}", path.string(), key, hdf5_reason());
}

Hdf5Handle Hdf5File::Impl::attribute(const std::string& name, const std::string& key, H5T_class_t kind) const
{
    const auto owner = object(name);
    Hdf5Handle found(H5Aopen(owner.get(), key.c_str(), H5P_DEFAULT), H5Aclose);
    if (!found.valid()) throw Error(ExitCode::bad_data, "{}: {} lacks the attribute {}", path.string(), name, key);
    const Hdf5Handle type(H5Aget_type(found.get()), H5Tclose);
    if (H5Tget_class(type.get()) != kind || H5Tis_variable_str(type.get()) > 0)
        altered("attribute " + key + " of " + name + " has another type");
    return found;
}

namespace {

template <class T>
std::span<const std::byte> bytes_of(const T& value)
{
    return std::as_bytes(std::span(&value, 1));
}

}  // namespace

std::size_t elements_in(const Hdf5Handle& attribute)
{
    const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
    return static_cast<std::size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space.get()), 0));
}

void Hdf5File::set_attribute(const std::string& object, const std::string& key, std::int64_t value)
{
    impl_->put_attribute(object, key, H5T_STD_I64LE, bytes_of(value));
}

void Hdf5File::set_attribute(const std::string& object, const std::string& key, double value)
{
    impl_->put_attribute(object, key, H5T_IEEE_F64LE, bytes_of(value));
}

void Hdf5File::set_attribute(const std::string& object, const std::string& key, std::string_view text)
{
    std::string padded(text);
    if (padded.empty()) padded.push_back('\0');  // HDF5 has no strings of length 0
    const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.get(), padded.size());
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    impl_->put_attribute(object, key, type.get(), std::as_bytes(std::span(padded)));
}

void Hdf5File::set_attribute(const std::string& object, const std::string& key, std::span<const std::int32_t> values)
{
    impl_->put_attribute(object, key, H5T_STD_I32LE, std::as_bytes(values), static_cast<Row>(values.size()));
}

bool Hdf5File::has_attribute(const std::string& object, const std::string& key) const
{
    return H5Aexists(impl_->object(object).get(), key.c_str()) > 0;
}

std::int64_t Hdf5File::integer_attribute(const std::string& object, const std::string& key) const
{
    const auto found = impl_->attribute(object, key, H5T_INTEGER);
    std::int64_t value = 0;
    if (elements_in(found) != 1 || H5Aread(found.get(), H5T_NATIVE_INT64, &value) < 0)
        impl_->altered("attribute " + key + " cannot be read");
    return value;
}

double Hdf5File::real_attribute(const std::string& object, const std::string& key) const
{
    const auto found = impl_->attribute(object, key, H5T_FLOAT);
    double value = 0;
    if (elements_in(found) != 1 || H5Aread(found.get(), H5T_NATIVE_DOUBLE, &value) < 0)
        impl_->altered("attribute " + key + " cannot be read");
    return value;
}

std::string Hdf5File::text_attribute(const std::string& object, const std::string& key) const
{
    const auto found = impl_->attribute(object, key, H5T_STRING);
    const Hdf5Handle type(H5Aget_type(found.get()), H5Tclose);
    std::string text(H5Tget_size(type.get()), '\0');
    if (elements_in(found) != 1 || H5Aread(found.get(), type.get(), text.data()) < 0)
        impl_->altered("attribute " + key + " cannot be read");
    text.resize(text.find_last_not_of('\0') + 1);
    return text;
}

std::vector<std::int32_t> Hdf5File::integers_attribute(const std::string& object, const std::string& key) const
{
    const auto found = impl_->attribute(object, key, H5T_INTEGER);
    std::vector<std::int32_t> values(elements_in(found));
    if (H5Aread(found.get(), H5T_NATIVE_INT32, values.data()) < 0)
        impl_->altered("attribute " + key + " cannot be read");
    return values;
}

}  // namespace alster
