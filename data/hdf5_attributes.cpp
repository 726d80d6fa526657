#include <algorithm>

#include "data/hdf5_impl.hpp"

namespace alster {

namespace {

using hdf5::Handle;

Handle open_object(const Hdf5File& file, hid_t id, const std::string& object)
{
    Handle handle(H5Oopen(id, object.c_str(), H5P_DEFAULT), H5Oclose);
    if (!handle.valid()) throw Error(ExitCode::bad_data, "{}: has no {}", file.path().string(), object);
    return handle;
}

void write_attribute(const Hdf5File& file, hid_t id, const std::string& object, const std::string& key, hid_t file_type,
                     hid_t memory_type, hsize_t count, const void* value)
{
    const Handle owner = open_object(file, id, object);
    if (H5Aexists(owner.get(), key.c_str()) > 0) H5Adelete(owner.get(), key.c_str());
    const Handle space(count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr), H5Sclose);
    const Handle attribute(H5Acreate2(owner.get(), key.c_str(), file_type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose);
    if (!attribute.valid() || H5Awrite(attribute.get(), memory_type, value) < 0)
        throw Error(ExitCode::io, "{}: attribute {} cannot be written: {}", file.path().string(), key,
                    hdf5::last_error());
}

Handle open_attribute(const Hdf5File& file, hid_t id, const std::string& object, const std::string& key)
{
    const Handle owner = open_object(file, id, object);
    Handle attribute(H5Aopen(owner.get(), key.c_str(), H5P_DEFAULT), H5Aclose);
    if (!attribute.valid())
        throw Error(ExitCode::bad_data, "{}: {} has no attribute {}", file.path().string(), object, key);
    return attribute;
}

void read_attribute(const Hdf5File& file, const Handle& attribute, hid_t type, const std::string& key, void* value)
{
    if (H5Aread(attribute.get(), type, value) < 0)
        throw Error(ExitCode::bad_data, "{}: attribute {} cannot be read: {}", file.path().string(), key,
                    hdf5::last_error());
}

std::size_t attribute_elements(const Handle& attribute)
{
    const Handle space(H5Aget_space(attribute.get()), H5Sclose);
    return static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(space.get())));
}

/// Adds the names and raw values of one object's attributes, in order of name.
void add_attributes(hid_t object, Checksum& sum)
{
    const auto add = [](hid_t owner, const char* name, const H5A_info_t*, void* to) -> herr_t {
        const std::string_view key(name);
        if (key == "complete" || key == "attributes_crc32") return 0;
        const Handle attribute(H5Aopen(owner, name, H5P_DEFAULT), H5Aclose);
        const Handle type(H5Aget_type(attribute.get()), H5Tclose);
        std::vector<std::byte> value(attribute_elements(attribute) * H5Tget_size(type.get()));
        if (H5Aread(attribute.get(), type.get(), value.data()) < 0) return -1;
        static_cast<Checksum*>(to)->update(std::as_bytes(std::span(key)));
        static_cast<Checksum*>(to)->update(value);
        return 0;
    };
    H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &sum);
}

}  // namespace

void Hdf5File::set_attribute(const std::string& object, const std::string& key, std::int64_t value)
{
    write_attribute(*this, impl_->file.get(), object, key, H5T_STD_I64LE, H5T_NATIVE_INT64, 0, &value);
}

void Hdf5File::set_attribute(const std::string& object, const std::string& key, double value)
{
    write_attribute(*this, impl_->file.get(), object, key, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 0, &value);
}

void Hdf5File::set_attribute(const std::string& object, const std::string& key, std::string_view text)
{
    const Handle type = hdf5::text_type(text.size());
    const std::string padded = text.empty() ? std::string(1, '\0') : std::string(text);
    write_attribute(*this, impl_->file.get(), object, key, type.get(), type.get(), 0, padded.data());
}

void Hdf5File::set_attribute(const std::string& object, const std::string& key, std::span<const std::int32_t> values)
{
    write_attribute(*this, impl_->file.get(), object, key, H5T_STD_I32LE, H5T_NATIVE_INT32, values.size(),
                    values.data());
}

std::int64_t Hdf5File::integer_attribute(const std::string& object, const std::string& key) const
{
    std::int64_t value = 0;
    const Handle attribute = open_attribute(*this, impl_->file.get(), object, key);
    if (attribute_elements(attribute) != 1)
        throw Error(ExitCode::bad_data, "{}: attribute {} is not one number", path().string(), key);
    read_attribute(*this, attribute, H5T_NATIVE_INT64, key, &value);
    return value;
}

double Hdf5File::real_attribute(const std::string& object, const std::string& key) const
{
    double value = 0;
    const Handle attribute = open_attribute(*this, impl_->file.get(), object, key);
    if (attribute_elements(attribute) != 1)
        throw Error(ExitCode::bad_data, "{}: attribute {} is not one number", path().string(), key);
    read_attribute(*this, attribute, H5T_NATIVE_DOUBLE, key, &value);
    return value;
}

std::string Hdf5File::text_attribute(const std::string& object, const std::string& key) const
{
    const Handle attribute = open_attribute(*this, impl_->file.get(), object, key);
    const Handle type(H5Aget_type(attribute.get()), H5Tclose);
    if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0 ||
        attribute_elements(attribute) != 1)
        throw Error(ExitCode::bad_data, "{}: attribute {} is not a text", path().string(), key);
    std::string text(H5Tget_size(type.get()), '\0');
    read_attribute(*this, attribute, type.get(), key, text.data());
    return text.substr(0, text.find('\0'));
}

std::vector<std::int32_t> Hdf5File::integers_attribute(const std::string& object, const std::string& key) const
{
    const Handle attribute = open_attribute(*this, impl_->file.get(), object, key);
    std::vector<std::int32_t> values(attribute_elements(attribute));
    read_attribute(*this, attribute, H5T_NATIVE_INT32, key, values.data());
    return values;
}

std::uint32_t Hdf5File::Impl::attributes_checksum() const
{
    Checksum sum;
    add_attributes(file.get(), sum);
    const auto visit = [](hid_t root, const char* name, const H5O_info_t*, void* to) -> herr_t {
        const Handle object(H5Oopen(root, name, H5P_DEFAULT), H5Oclose);
        if (std::string_view(name) != ".") add_attributes(object.get(), *static_cast<Checksum*>(to));
        return object.valid() ? 0 : -1;
    };
    H5Ovisit2(file.get(), H5_INDEX_NAME, H5_ITER_INC, visit, &sum, H5O_INFO_BASIC);
    return sum.crc;
}

}  // namespace alster
