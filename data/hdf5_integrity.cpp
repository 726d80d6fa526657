#include <fmt/format.h>

#include <algorithm>

#include "data/error.hpp"
#include "data/hdf5_impl.hpp"
#include "data/hdf5_types.hpp"

namespace alster {

namespace {

/// alster makes no soft or external links: they could lead out of the file.
herr_t keep_name(hid_t, const char* name, const H5L_info_t* link, void* names)
{
    if (link->type != H5L_TYPE_HARD) return -1;
    static_cast<std::vector<std::string>*>(names)->push_back(absolute(name));
    return 0;
}

bool is_dataset(const Hdf5Handle& object) { return H5Iget_type(object.get()) == H5I_DATASET; }

/// What an attribute or dataset is, without its values: class, bytes of an element, dimensions.
std::string description(const Hdf5Handle& type, const Hdf5Handle& space)
{
    if (H5Tis_variable_str(type.get()) > 0) return "text of any length";
    hsize_t sizes[H5S_MAX_RANK] = {};
    const int dimensions = H5Sget_simple_extent_dims(space.get(), sizes, nullptr);
    return fmt::format("{} {} {}", static_cast<int>(H5Tget_class(type.get())), H5Tget_size(type.get()),
                       fmt::join(sizes, sizes + std::max(dimensions, 0), "x"));
}

struct Summary {
    const Hdf5File::Impl& impl;
    bool root = false;
    Checksum sum = {};

    void add(const std::string& text) { sum.update(std::as_bytes(std::span(text.c_str(), text.size() + 1))); }
};

herr_t add_attribute(hid_t object, const char* key, const H5A_info_t*, void* into)
{
    auto& summary = *static_cast<Summary*>(into);
    const std::string_view name(key);
    // these two are written after the sum is made
    if (summary.root && (name == "complete" || name == "attributes_crc32")) return 0;
    const Hdf5Handle attribute(H5Aopen(object, key, H5P_DEFAULT), H5Aclose);
    const Hdf5Handle type(H5Aget_type(attribute.get()), H5Tclose);
    const Hdf5Handle space(H5Aget_space(attribute.get()), H5Sclose);
    if (!attribute.valid() || !type.valid()) return -1;
    summary.add(fmt::format("{} {}", name, description(type, space)));
    if (H5Tis_variable_str(type.get()) > 0) {
        const auto text = summary.impl.text_of(attribute);
        if (text) summary.add(*text);
        return text ? 0 : -1;
    }
    if (!is_plain(type.get())) return -1;
    std::vector<std::byte> value(elements_in(attribute) * H5Tget_size(type.get()));
    if (H5Aread(attribute.get(), type.get(), value.data()) < 0) return -1;
    summary.sum.update(value);
    return 0;
}

}  // namespace

std::string absolute(const std::string& name) { return name.starts_with('/') ? name : '/' + name; }

std::vector<std::string> Hdf5File::Impl::objects() const
{
    std::vector<std::string> names;
    if (H5Lvisit(file.get(), H5_INDEX_NAME, H5_ITER_INC, keep_name, &names) < 0)
        altered("its list of contents cannot be read");
    std::sort(names.begin(), names.end());
    return names;
}

/// Checksum of everything but the values of datasets: names, shapes, types and attributes, the checksums of the
/// datasets among them.
Checksum Hdf5File::Impl::structure() const
{
    auto names = objects();
    names.insert(names.begin(), "/");
    Summary summary{*this};
    for (const auto& name : names) {
        const auto item = object(name);
        // reads what else describes the object, such as indices that only other programs use
        H5O_info_t everything;
        if (H5Oget_info2(item.get(), &everything, H5O_INFO_ALL) < 0) altered(name + " cannot be read");
        summary.root = name == "/";
        summary.add(name);
        if (is_dataset(item)) {
            const Hdf5Handle type(H5Dget_type(item.get()), H5Tclose);
            const Hdf5Handle space(H5Dget_space(item.get()), H5Sclose);
            summary.add(description(type, space));
        }
        if (H5Aiterate2(item.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add_attribute, &summary) < 0)
            altered("the attributes of " + name + " cannot be read");
    }
    return summary.sum;
}

void Hdf5File::Impl::check_complete() const
{
    const auto number = [&](const char* key) {
        std::int64_t value = -1;
        const Hdf5Handle found(H5Aopen_by_name(file.get(), "/", key, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
        const bool one = found.valid() && elements_in(found) == 1;
        return one && H5Aread(found.get(), H5T_NATIVE_INT64, &value) >= 0 ? value : std::int64_t{-1};
    };
    const auto complete = number("complete");
    if (complete < 0) throw Error(ExitCode::bad_data, "{}: is an HDF5 file, but not of alster", path.string());
    if (complete != 1)
        throw Error(ExitCode::bad_data, "{}: was not finished: run the command that makes it again", path.string());
    if (number("attributes_crc32") != static_cast<std::int64_t>(structure().crc))
        altered("its attributes do not match their checksum");
}

std::vector<std::string> Hdf5File::datasets() const
{
    auto names = impl_->objects();
    std::erase_if(names, [&](const std::string& name) { return !is_dataset(impl_->object(name)); });
    return names;
}

bool Hdf5File::contains(const std::string& name) const
{
    const auto names = impl_->objects();
    return std::binary_search(names.begin(), names.end(), absolute(name));
}

void Hdf5File::verify() const
{
    for (const auto& name : datasets()) impl_->verify(name);
}

}  // namespace alster
