#include <algorithm>
#include <array>

#include "data/error.hpp"
#include "data/hdf5_impl.hpp"
#include "data/hdf5_types.hpp"

namespace alster {

namespace {

/// Contiguous and allocated at once, so that it can be mapped and ranks write without talking to each other; never
/// filled first; no times, so that the same content gives the same bytes.
Hdf5Handle dataset_properties()
{
    Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_layout(properties.get(), H5D_CONTIGUOUS);
    H5Pset_alloc_time(properties.get(), H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(properties.get(), H5D_FILL_TIME_NEVER);
    H5Pset_obj_track_times(properties.get(), false);
    return properties;
}

Hdf5Handle utf8_names()
{
    Hdf5Handle properties(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_char_encoding(properties.get(), H5T_CSET_UTF8);
    return properties;
}

Hdf5Handle shape_of(Row rows, Row width)
{
    const std::array<hsize_t, 2> sizes = {static_cast<hsize_t>(rows), static_cast<hsize_t>(width)};
    return {H5Screate_simple(width > 0 ? 2 : 1, sizes.data(), nullptr), H5Sclose};
}

/// The same values in fields of another width; nothing when a value is too long for it.
std::vector<char> with_width(const TextColumn& values, std::size_t width, const std::string& name)
{
    std::vector<char> bytes(static_cast<std::size_t>(values.rows()) * width, '\0');
    for (Row r = 0; r < values.rows(); ++r) {
        const auto value = values[r];
        if (value.size() > width)
            throw Error(ExitCode::bad_data, "{}: '{}' is longer than the {} bytes kept for it", name, value, width);
        std::copy(value.begin(), value.end(), bytes.begin() + static_cast<std::ptrdiff_t>(width) * r);
    }
    return bytes;
}

}  // namespace

/// Early allocation of a sparse file takes nothing yet, so the sum of all datasets is held against what was free at
/// first.
void Hdf5File::Impl::reserve(const std::string& name, std::uint64_t bytes)
{
    constexpr std::uint64_t header = 16'384;  // of a dataset, and that both begin on pages
    planned_bytes += bytes + header;
    const bool fits = !access->leads() || planned_bytes <= free_bytes;
    const auto answers = access->gathered(fits);
    if (std::count(answers.begin(), answers.end(), 0) == 0) return;
    throw Error(ExitCode::io, "{}: with {} it needs {} bytes, of which {} are free: make room or write elsewhere",
                path.string(), name, planned_bytes, free_bytes);
}

void Hdf5File::Impl::make_parents(const std::string& name) const
{
    const Hdf5Handle properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
    H5Pset_obj_track_times(properties.get(), false);
    for (auto end = name.find('/', 1); end != std::string::npos; end = name.find('/', end + 1)) {
        const auto parent = name.substr(0, end);
        if (H5Lexists(file.get(), parent.c_str(), H5P_DEFAULT) > 0) continue;
        const Hdf5Handle group(
            H5Gcreate2(file.get(), parent.c_str(), utf8_names().get(), properties.get(), H5P_DEFAULT), H5Gclose);
        if (!group.valid()) throw Error(ExitCode::io, "{}: cannot make {}: {}", path.string(), parent, hdf5_reason());
    }
}

void Hdf5File::Impl::make(const std::string& given, hid_t type, Row rows, Row width)
{
    const auto name = absolute(given);
    const std::array<Row, 3> shape = {rows, width, static_cast<Row>(H5Tget_size(type))};
    require_same("the shape of " + name, std::as_bytes(std::span(shape)));
    Unsealed made;
    made.dataset.type = Hdf5Handle(H5Tcopy(type), H5Tclose);
    made.dataset.rows = rows;
    made.dataset.width = width;
    made.dataset.row_bytes = H5Tget_size(type) * static_cast<std::size_t>(std::max<Row>(width, 1));
    reserve(name, made.dataset.bytes());
    make_parents(name);
    made.dataset.handle = Hdf5Handle(H5Dcreate2(file.get(), name.c_str(), type, shape_of(rows, width).get(),
                                                utf8_names().get(), dataset_properties().get(), H5P_DEFAULT),
                                     H5Dclose);
    if (!made.dataset.handle.valid())
        throw Error(ExitCode::io, "{}: cannot make {}: {}", path.string(), name, hdf5_reason());
    unsealed.emplace(name, std::move(made));
}

Hdf5File::Impl::Unsealed& Hdf5File::Impl::open_for_writing(const std::string& name)
{
    const auto found = unsealed.find(absolute(name));
    if (found == unsealed.end()) throw Error(ExitCode::internal, "{}: {} is not being written", path.string(), name);
    return found->second;
}

void Hdf5File::Impl::append(const std::string& name, Row first, std::span<const std::byte> values)
{
    auto& target = open_for_writing(name);
    const auto rows = static_cast<Row>(values.size() / target.dataset.row_bytes);
    const bool whole_rows = values.size() % target.dataset.row_bytes == 0;
    const bool follows = !target.started || first == target.next;
    if (!whole_rows || !follows || first < 0 || first + rows > target.dataset.rows)
        throw Error(ExitCode::internal, "{}: rows {} to {} of {} do not follow row {}", path.string(), first,
                    first + rows, name, target.next);
    if (!write_slices(target.dataset, first, values))
        throw Error(ExitCode::io, "{}: writing {} failed: {}: make room and run again", path.string(), name,
                    hdf5_reason());
    target.sum.update(values);
    target.started = true;
    target.next = first + rows;
}

void Hdf5File::Impl::seal(const std::string& name, const Checksum& whole)
{
    const auto& target = open_for_writing(name).dataset;
    if (whole.bytes != target.bytes())
        throw Error(ExitCode::internal, "{}: {} of {} bytes of {} were written", path.string(), whole.bytes,
                    target.bytes(), name);
    unsealed.erase(absolute(name));
    put_attribute(name, "crc32", H5T_STD_U32LE, std::as_bytes(std::span(&whole.crc, 1)));
}

void Hdf5File::Impl::store_whole(const std::string& name, std::span<const std::byte> values)
{
    require_same(name, values);
    if (access->leads()) append(name, 0, values);
    Checksum sum;
    sum.update(values);
    seal(name, sum);
}

void Hdf5File::make_text(const std::string& name, Row rows, std::size_t bytes)
{
    const Hdf5Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.get(), bytes);
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    impl_->make(name, type.get(), rows, 0);
}

void Hdf5File::write_text(const std::string& name, Row first, const TextColumn& values)
{
    const auto width = impl_->open_for_writing(name).dataset.row_bytes;
    if (width == values.width) return impl_->append(name, first, std::as_bytes(std::span(values.bytes)));
    const auto padded = with_width(values, width, name);
    impl_->append(name, first, std::as_bytes(std::span(padded)));
}

void Hdf5File::seal(const std::string& name)
{
    impl_->seal(name, impl_->access->joined(impl_->open_for_writing(name).sum));
}

void Hdf5File::write(const std::string& name, const TextColumn& values)
{
    make_text(name, values.rows(), values.width);
    impl_->store_whole(name, std::as_bytes(std::span(values.bytes)));
}

template <class T>
void Hdf5File::make_rows(const std::string& name, Row rows, Row width)
{
    impl_->make(name, element_type<T>(), rows, width);
}

template <class T>
void Hdf5File::write_rows(const std::string& name, Row first, std::span<const T> values)
{
    impl_->append(name, first, std::as_bytes(values));
}

template <class T>
void Hdf5File::write(const std::string& name, std::span<const T> values, Row width)
{
    make_rows<T>(name, static_cast<Row>(values.size()) / std::max<Row>(width, 1), width);
    impl_->store_whole(name, std::as_bytes(values));
}

#define ALSTER_INSTANTIATE(T)                                                           \
    template void Hdf5File::make_rows<T>(const std::string&, Row, Row);                 \
    template void Hdf5File::write_rows<T>(const std::string&, Row, std::span<const T>); \
    template void Hdf5File::write<T>(const std::string&, std::span<const T>, Row);
ALSTER_INSTANTIATE(float)
ALSTER_INSTANTIATE(double)
ALSTER_INSTANTIATE(std::int32_t)
ALSTER_INSTANTIATE(std::int64_t)
ALSTER_INSTANTIATE(std::uint8_t)
ALSTER_INSTANTIATE(std::uint16_t)
ALSTER_INSTANTIATE(std::uint32_t)
#undef ALSTER_INSTANTIATE

}  // namespace alster
