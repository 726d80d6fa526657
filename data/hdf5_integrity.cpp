#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "data/error.hpp"
#include "data/hdf5_impl.hpp"
#include "data/hdf5_types.hpp"

namespace alster {

namespace {

constexpr std::size_t deepest = 8;             // groups in groups; alster's own files have two
constexpr std::size_t most_objects = 1 << 20;  // far more than item columns

struct Link {
    std::string name;
    haddr_t address;
};

/// alster makes no soft or external links: they could lead out of the file.
herr_t keep_link(hid_t, const char* name, const H5L_info_t* link, void* links)
{
    if (link->type != H5L_TYPE_HARD) return -1;
    static_cast<std::vector<Link>*>(links)->push_back({name, link->u.address});
    return 0;
}

bool is_group(hid_t file, const std::string& name)
{
    const Hdf5Handle object(H5Oopen(file, name.c_str(), H5P_DEFAULT), H5Oclose);
    return H5Iget_type(object.get()) == H5I_GROUP;
}

std::size_t depth_of(const std::string& name) { return static_cast<std::size_t>(std::ranges::count(name, '/')); }

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
    // one level after the other, not by HDF5's own visit, which needs stack for each of a group's ancestors
    std::vector<std::string> names;
    std::set<haddr_t> seen;
    std::vector<std::string> groups = {""};
    for (std::size_t next = 0; next < groups.size(); ++next) {
        const std::string group = groups[next];
        std::vector<Link> links;
        const Hdf5Handle opened(H5Gopen2(file.get(), group.empty() ? "/" : group.c_str(), H5P_DEFAULT), H5Gclose);
        if (!opened.valid() || H5Literate(opened.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, keep_link, &links) < 0)
            altered("its list of contents cannot be read");
        for (const auto& [name, address] : links) {
            const auto full = group + '/' + name;
            if (!seen.insert(address).second) altered(full + " has two names, its list of contents is not alster's");
            if (depth_of(full) > deepest || names.size() >= most_objects)
                altered("its list of contents is deeper or longer than alster's");
            names.push_back(full);
            if (is_group(file.get(), full)) groups.push_back(full);
        }
    }
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

void Hdf5File::verify(const ValueRules& rules) const
{
    for (const auto& name : datasets()) {
        const auto rule = rules.find(name);
        impl_->verify(name, rule == rules.end() ? nullptr : &rule->second);
    }
}

}  // namespace alster
