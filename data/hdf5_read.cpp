#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>

#include "data/error.hpp"
#include "data/hdf5_impl.hpp"
#include "data/hdf5_types.hpp"

namespace alster {

Hdf5Dataset Hdf5File::Impl::dataset(const std::string& name) const
{
    Hdf5Dataset found;
    found.handle = Hdf5Handle(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!found.handle.valid()) throw Error(ExitCode::bad_data, "{}: lacks the dataset {}", path.string(), name);
    found.type = Hdf5Handle(H5Dget_type(found.handle.get()), H5Tclose);
    const Hdf5Handle space(H5Dget_space(found.handle.get()), H5Sclose);
    std::array<hsize_t, 2> sizes = {0, 0};
    const int dimensions = H5Sget_simple_extent_ndims(space.get());
    if ((dimensions != 1 && dimensions != 2) || H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr) < 0)
        altered(name + " has an unknown shape");
    found.rows = static_cast<Row>(sizes[0]);
    found.width = static_cast<Row>(sizes[1]);
    found.row_bytes = H5Tget_size(found.type.get()) * static_cast<std::size_t>(std::max<Row>(found.width, 1));
    require_plain(name, found);
    return found;
}

/// What other programs can make of a dataset, alster does not read: packed values, values in another file, and sizes
/// for which nothing was stored would all cost memory or time that the file's own size does not show.
void Hdf5File::Impl::require_plain(const std::string& name, const Hdf5Dataset& dataset) const
{
    const auto stored = H5Dget_storage_size(dataset.handle.get());
    const Hdf5Handle properties(H5Dget_create_plist(dataset.handle.get()), H5Pclose);
    const bool inside = stored == 0 || H5Dget_offset(dataset.handle.get()) != HADDR_UNDEF;
    if (!is_plain(dataset.type.get()) || H5Pget_layout(properties.get()) != H5D_CONTIGUOUS || !inside)
        altered(name + " is not stored as alster does it");
    // a width so large that row_bytes has wrapped is more than what is stored
    const auto rows = static_cast<hsize_t>(dataset.rows);
    const auto row_bytes = static_cast<hsize_t>(dataset.row_bytes);
    const bool countable = row_bytes > 0 && (rows == 0 || static_cast<hsize_t>(dataset.width) <= stored);
    if (!countable || stored % row_bytes != 0 || stored / row_bytes != rows) altered(name + " is not stored whole");
}

Hdf5Dataset Hdf5File::Impl::dataset(const std::string& name, hid_t type) const
{
    auto found = dataset(name);
    if (H5Tequal(found.type.get(), type) <= 0) altered(name + " has another element type");
    return found;
}

Hdf5Dataset Hdf5File::Impl::text_dataset(const std::string& name) const
{
    auto found = dataset(name);
    if (H5Tget_class(found.type.get()) != H5T_STRING || H5Tis_variable_str(found.type.get()) != 0 || found.width != 0)
        altered(name + " is not text of fixed width");
    return found;
}

void Hdf5File::Impl::read(const std::string& name, const Hdf5Dataset& dataset, RowRange rows,
                          std::span<std::byte> to) const
{
    if (!read_slices(dataset, rows, to))
        throw Error(ExitCode::io, "{}: reading {} failed: {}", path.string(), name, hdf5_reason());
}

void Hdf5File::Impl::compare(const std::string& name, const Checksum& found) const
{
    std::uint32_t stored = 0;
    const auto crc = attribute(name, "crc32", H5T_INTEGER);
    if (elements_in(crc) != 1 || H5Aread(crc.get(), H5T_NATIVE_UINT32, &stored) < 0 || stored != found.crc)
        altered(name + " does not match its checksum");
}

/// `broken`: the position of the first value of this rank's that breaks the rule, −1: none.
void Hdf5File::Impl::require_unbroken(const std::string& name, const Hdf5Dataset& dataset, const ValueRule& rule,
                                      Offset broken) const
{
    Offset first = -1;
    for (const auto theirs : access->gathered(broken))
        if (theirs >= 0 && (first < 0 || theirs < first)) first = theirs;
    if (first < 0) return;
    const Row width = std::max<Row>(dataset.width, 1);
    const Row row = first / width;
    std::vector<std::byte> values(dataset.row_bytes);
    read(name, dataset, {row, row + 1}, values);
    const auto bytes = dataset.row_bytes / static_cast<std::size_t>(width);
    const auto value = std::span(values).subspan(static_cast<std::size_t>(first % width) * bytes, bytes);
    const auto place = rule.place ? rule.place(first) : fmt::format("row {}", row);
    altered(fmt::format("{} of {} is {}, it {}", name, place, rule.text(value), rule.wanted));
}

/// What one rank has read of a dataset: an even share.
struct Hdf5File::Impl::ReadShare {
    Checksum sum = {};
    Offset broken = -1;  // the position of the first value that breaks the rule
};

Hdf5File::Impl::ReadShare Hdf5File::Impl::read_share(const std::string& name, const Hdf5Dataset& source,
                                                     const ValueRule* rule) const
{
    const Row first = source.rows * access->rank() / access->size();
    const Row last = source.rows * (access->rank() + 1) / access->size();
    const auto step = static_cast<Row>(std::max<std::size_t>((std::size_t{16} << 20) / source.row_bytes, 1));
    std::vector<std::byte> buffer;
    ReadShare mine;
    for (Row row = first; row < last; row += step) {
        const RowRange slice{row, std::min(row + step, last)};
        buffer.resize(static_cast<std::size_t>(slice.size()) * source.row_bytes);
        read(name, source, slice, buffer);
        mine.sum.update(buffer);
        if (!rule || mine.broken >= 0) continue;
        mine.broken = rule->first_broken(buffer);
        if (mine.broken >= 0) mine.broken += row * std::max<Row>(source.width, 1);
    }
    return mine;
}

/// A rank that cannot read its share says so before the ranks put their sums together, as the others would wait.
void Hdf5File::Impl::verify(const std::string& name, const ValueRule* rule) const
{
    const auto source = rule ? dataset(name, static_cast<hid_t>(rule->type)) : dataset(name);
    ReadShare mine;
    std::exception_ptr failure;
    try {
        mine = read_share(name, source, rule);
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    const auto failed = access->gathered(failure ? 1 : 0);
    if (failure) std::rethrow_exception(failure);
    if (const auto rank = std::ranges::find(failed, 1); rank != failed.end())
        throw Error(ExitCode::io, "{}: {} cannot be read by rank {}", path.string(), name, rank - failed.begin());
    compare(name, access->joined(mine.sum));
    if (rule) require_unbroken(name, source, *rule, mine.broken);
}

namespace {

void require_inside(const std::filesystem::path& path, const std::string& name, RowRange rows, Row size)
{
    if (rows.first < 0 || rows.last < rows.first || rows.last > size)
        throw Error(ExitCode::internal, "{}: rows {} to {} of {} do not exist", path.string(), rows.first, rows.last,
                    name);
}

std::string element_name(const Hdf5Handle& type)
{
    const auto bytes = H5Tget_size(type.get());
    switch (H5Tget_class(type.get())) {
        case H5T_STRING:
            return fmt::format("text[{}]", bytes);
        case H5T_FLOAT:
            return fmt::format("float{}", 8 * bytes);
        default:
            return fmt::format("{}int{}", H5Tget_sign(type.get()) == H5T_SGN_NONE ? "u" : "", 8 * bytes);
    }
}

}  // namespace

Hdf5File::Shape Hdf5File::shape(const std::string& name) const
{
    const auto found = impl_->dataset(name);
    return {found.rows, found.width, element_name(found.type), found.bytes()};
}

TextColumn Hdf5File::read_text(const std::string& name) const
{
    const auto source = impl_->text_dataset(name);
    TextColumn column{.width = source.row_bytes, .bytes = std::vector<char>(source.bytes())};
    impl_->read(name, source, {0, source.rows}, std::as_writable_bytes(std::span(column.bytes)));
    return column;
}

TextColumn Hdf5File::read_text_rows(const std::string& name, RowRange rows) const
{
    const auto source = impl_->text_dataset(name);
    require_inside(impl_->path, name, rows, source.rows);
    TextColumn column{.width = source.row_bytes, .bytes = {}};
    column.bytes.resize(static_cast<std::size_t>(rows.size()) * source.row_bytes);
    impl_->read(name, source, rows, std::as_writable_bytes(std::span(column.bytes)));
    return column;
}

template <class T>
std::vector<T> Hdf5File::read(const std::string& name) const
{
    const auto source = impl_->dataset(name, element_type<T>());
    std::vector<T> values(source.bytes() / sizeof(T));
    impl_->read(name, source, {0, source.rows}, std::as_writable_bytes(std::span(values)));
    return values;
}

template <class T>
std::vector<T> Hdf5File::read_rows(const std::string& name, RowRange rows) const
{
    const auto source = impl_->dataset(name, element_type<T>());
    require_inside(impl_->path, name, rows, source.rows);
    std::vector<T> values(static_cast<std::size_t>(rows.size()) * source.row_bytes / sizeof(T));
    impl_->read(name, source, rows, std::as_writable_bytes(std::span(values)));
    return values;
}

#define ALSTER_INSTANTIATE(T)                                            \
    template std::vector<T> Hdf5File::read<T>(const std::string&) const; \
    template std::vector<T> Hdf5File::read_rows<T>(const std::string&, RowRange) const;
ALSTER_INSTANTIATE(float)
ALSTER_INSTANTIATE(double)
ALSTER_INSTANTIATE(std::int32_t)
ALSTER_INSTANTIATE(std::int64_t)
ALSTER_INSTANTIATE(std::uint8_t)
ALSTER_INSTANTIATE(std::uint16_t)
ALSTER_INSTANTIATE(std::uint32_t)
#undef ALSTER_INSTANTIATE

}  // namespace alster
