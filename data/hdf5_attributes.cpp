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

namespace {

/// `length`: of a one-dimensional attribute, −1 for a scalar. False where HDF5 failed: hdf5_reason().
bool store(const Hdf5Handle& owner, const std::string& key, hid_t type, Row length, const void* value)
{
    const auto elements = static_cast<hsize_t>(length);
    const Hdf5Handle space(length < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &elements, nullptr), H5Sclose);
    if (H5Aexists(owner.get(), key.c_str()) > 0 && H5Adelete(owner.get(), key.c_str()) < 0) return false;
    const Hdf5Handle made(H5Acreate2(owner.get(), key.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    return made.valid() && H5Awrite(made.get(), type, value) >= 0;
}

}  // namespace

void Hdf5File::Impl::put_attribute(const std::string& name, const std::string& key, hid_t type,
                                   std::span<const std::byte> value, Row length)
{
    require_same("attribute " + key, value);
    if (!store(object(name), key, type, length, value.data())) cannot_write_attribute(key);
}

/// Text of variable length, which h5py gives as str; text of fixed length it would give as bytes.
void Hdf5File::Impl::put_text(const std::string& name, const std::string& key, const std::string& text)
{
    require_same("attribute " + key, std::as_bytes(std::span(text)));
    planned_bytes += text.size();
    const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.get(), H5T_VARIABLE);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    const char* characters = text.c_str();
    if (!store(object(name), key, type.get(), -1, &characters)) cannot_write_attribute(key);
}

void Hdf5File::Impl::cannot_write_attribute(const std::string& key) const
{
    throw Error(ExitCode::io, "{}: cannot write attribute {}: {}", path.string(), key, hdf5_reason());
}

Hdf5Handle Hdf5File::Impl::attribute(const std::string& name, const std::string& key, H5T_class_t kind) const
{
    const auto owner = object(name);
    Hdf5Handle found(H5Aopen(owner.get(), key.c_str(), H5P_DEFAULT), H5Aclose);
    if (!found.valid()) throw Error(ExitCode::bad_data, "{}: {} lacks the attribute {}", path.string(), name, key);
    const Hdf5Handle type(H5Aget_type(found.get()), H5Tclose);
    if (H5Tget_class(type.get()) != kind) altered("attribute " + key + " of " + name + " has another type");
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
    impl_->put_text(object, key, std::string(text));
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
    auto text = impl_->text_of(found);
    if (!text) impl_->altered("attribute " + key + " cannot be read");
    return std::move(*text);
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
