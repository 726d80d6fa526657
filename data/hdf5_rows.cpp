#include <sys/statvfs.h>

#include <algorithm>
#include <numeric>

#include "data/hdf5_impl.hpp"

namespace alster {

namespace {

using hdf5::Handle;

/// One transfer is at most this long: HDF5 and MPI-IO libraries have failed above 2 GiB, and it bounds their buffers.
constexpr std::int64_t transfer_bytes = std::int64_t{256} << 20;

/// A full disk is found before hours of work, not after: contiguous storage is only reserved, not filled.
void require_space(const std::filesystem::path& path, std::int64_t bytes)
{
    struct statvfs disk = {};
    if (statvfs(path.c_str(), &disk) != 0) return;
    const auto free_bytes = static_cast<std::int64_t>(disk.f_bavail) * static_cast<std::int64_t>(disk.f_frsize);
    if (bytes > free_bytes)
        throw Error(ExitCode::io, "{}: the disk is full: {} bytes are needed, {} are free", path.string(), bytes,
                    free_bytes);
}

hsize_t dimension(Row value) { return static_cast<hsize_t>(value); }

struct Selection {
    Handle file_space;
    Handle memory_space;
};

Selection select(const Handle& dataset, Row first, Row rows, Row width)
{
    Selection selection{Handle(H5Dget_space(dataset.get()), H5Sclose), {}};
    const hsize_t start[2] = {dimension(first), 0};
    const hsize_t count[2] = {dimension(rows), dimension(std::max<Row>(width, 1))};
    H5Sselect_hyperslab(selection.file_space.get(), H5S_SELECT_SET, start, nullptr, count, nullptr);
    selection.memory_space = Handle(H5Screate_simple(width > 0 ? 2 : 1, count, nullptr), H5Sclose);
    return selection;
}

Handle type_of(const Handle& dataset) { return Handle(H5Dget_type(dataset.get()), H5Tclose); }

bool is_text(const Handle& dataset) { return H5Tget_class(type_of(dataset).get()) == H5T_STRING; }

Hdf5File::Shape shape_of(const Handle& dataset)
{
    const Handle space(H5Dget_space(dataset.get()), H5Sclose);
    hsize_t size[2] = {0, 0};
    if (H5Sget_simple_extent_ndims(space.get()) > 2) return {-1, -1};
    H5Sget_simple_extent_dims(space.get(), size, nullptr);
    return {static_cast<Row>(size[0]), static_cast<Row>(size[1])};
}

std::int64_t row_bytes_of(const Handle& dataset)
{
    return static_cast<std::int64_t>(H5Tget_size(type_of(dataset).get())) * std::max<Row>(shape_of(dataset).width, 1);
}

template <class Transfer>
void in_transfers(RowRange rows, std::int64_t row_bytes, Transfer transfer)
{
    const Row step = std::max<Row>(1, transfer_bytes / std::max<std::int64_t>(row_bytes, 1));
    for (Row first = rows.first; first < rows.last; first += step)
        transfer(RowRange{first, std::min(rows.last, first + step)});
}

/// My even share of `rows`, with the others' in rank order before and after it.
RowRange share_of(Row rows, const FileAccess& access)
{
    return {rows * access.rank() / access.size(), rows * (access.rank() + 1) / access.size()};
}

}  // namespace

Handle Hdf5File::Impl::open_dataset(const std::string& name) const
{
    Handle dataset(H5Dopen2(file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
    if (!dataset.valid()) throw Error(ExitCode::bad_data, "{}: has no dataset {}", path.string(), name);
    if (shape_of(dataset).rows < 0)
        throw Error(ExitCode::bad_data, "{}: {} has too many dimensions", path.string(), name);
    return dataset;
}

void Hdf5File::Impl::make(const std::string& name, hid_t type, std::int64_t row_bytes, Row rows, Row width)
{
    require_space(temporary, rows * row_bytes);
    const hsize_t size[2] = {dimension(rows), dimension(width)};
    const Handle space(H5Screate_simple(width > 0 ? 2 : 1, size, nullptr), H5Sclose);
    const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
    H5Pset_create_intermediate_group(links.get(), 1);
    const Handle layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_layout(layout.get(), H5D_CONTIGUOUS);
    H5Pset_alloc_time(layout.get(), H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(layout.get(), H5D_FILL_TIME_NEVER);
    Handle dataset(H5Dcreate2(file.get(), name.c_str(), type, space.get(), links.get(), layout.get(), H5P_DEFAULT),
                   H5Dclose);
    if (!dataset.valid())
        throw Error(ExitCode::io, "{}: {} cannot be made: {}", temporary.string(), name, hdf5::last_error());
    writing[name] = Writing{std::move(dataset), row_bytes, -1, {}};
}

void Hdf5File::Impl::write(const std::string& name, hid_t type, Row first, Row rows, const void* data)
{
    Writing& state = writing.at(name);
    if (state.next >= 0 && state.next != first)
        throw Error(ExitCode::internal, "{}: rows of {} are not written in order", temporary.string(), name);
    state.next = first + rows;
    const auto* bytes = static_cast<const std::byte*>(data);
    in_transfers({first, first + rows}, state.row_bytes, [&](RowRange part) {
        const auto selection = select(state.dataset, part.first, part.size(), shape_of(state.dataset).width);
        const auto* from = bytes + (part.first - first) * state.row_bytes;
        if (H5Dwrite(state.dataset.get(), type, selection.memory_space.get(), selection.file_space.get(), H5P_DEFAULT,
                     from) < 0)
            throw Error(ExitCode::io, "{}: writing {} failed, is the disk full? {}", temporary.string(), name,
                        hdf5::last_error());
        state.checksum.update({from, static_cast<std::size_t>(part.size() * state.row_bytes)});
    });
}

void Hdf5File::Impl::read(const std::string& name, hid_t type, RowRange rows, Row width, void* data) const
{
    const Handle dataset = open_dataset(name);
    const Shape shape = shape_of(dataset);
    const auto row_bytes = static_cast<std::int64_t>(H5Tget_size(type)) * std::max<Row>(width, 1);
    if (shape.width != width || rows.last > shape.rows || rows.first < 0)
        throw Error(ExitCode::bad_data, "{}: {} is {} × {}, too small or of another shape", path.string(), name,
                    shape.rows, shape.width);
    if (is_text(dataset) != (H5Tget_class(type) == H5T_STRING))
        throw Error(ExitCode::bad_data, "{}: {} holds values of another type", path.string(), name);
    auto* bytes = static_cast<std::byte*>(data);
    in_transfers(rows, row_bytes, [&](RowRange part) {
        const auto selection = select(dataset, part.first, part.size(), width);
        if (H5Dread(dataset.get(), type, selection.memory_space.get(), selection.file_space.get(), H5P_DEFAULT,
                    bytes + (part.first - rows.first) * row_bytes) < 0)
            throw Error(ExitCode::bad_data, "{}: {} cannot be read: {}", path.string(), name, hdf5::last_error());
    });
}

template <class T>
void Hdf5File::make_rows(const std::string& name, Row rows, Row width)
{
    impl_->make(name, hdf5::file_type<T>(), static_cast<std::int64_t>(sizeof(T)) * std::max<Row>(width, 1), rows,
                width);
}

void Hdf5File::make_text(const std::string& name, Row rows, std::size_t bytes)
{
    impl_->make(name, hdf5::text_type(bytes).get(), static_cast<std::int64_t>(std::max<std::size_t>(bytes, 1)), rows,
                0);
}

template <class T>
void Hdf5File::write_rows(const std::string& name, Row first, std::span<const T> values)
{
    const auto elements = impl_->writing.at(name).row_bytes / static_cast<std::int64_t>(sizeof(T));
    impl_->write(name, hdf5::memory_type<T>(), first, static_cast<Row>(values.size()) / elements, values.data());
}

void Hdf5File::write_text(const std::string& name, Row first, const TextColumn& values)
{
    const auto bytes = static_cast<std::size_t>(impl_->writing.at(name).row_bytes);
    if (values.width == bytes) {
        impl_->write(name, hdf5::text_type(bytes).get(), first, values.rows(), values.bytes.data());
        return;
    }
    TextColumn widened{bytes, std::vector<char>(static_cast<std::size_t>(values.rows()) * bytes)};
    for (Row r = 0; r < values.rows(); ++r) {
        const auto value = values[r];
        if (value.size() > bytes)
            throw Error(ExitCode::internal, "{}: a text of {} bytes in {}", path().string(), value.size(), name);
        std::copy(value.begin(), value.end(), widened.bytes.begin() + static_cast<std::ptrdiff_t>(r * bytes));
    }
    impl_->write(name, hdf5::text_type(bytes).get(), first, widened.rows(), widened.bytes.data());
}

void Hdf5File::seal(const std::string& name)
{
    const Checksum all = impl_->access->joined(impl_->writing.at(name).checksum);
    set_attribute(name, "crc32", static_cast<std::int64_t>(all.crc));
    impl_->writing.erase(name);
}

template <class T>
void Hdf5File::write(const std::string& name, std::span<const T> values, Row width)
{
    make_rows<T>(name, static_cast<Row>(values.size()) / std::max<Row>(width, 1), width);
    if (impl_->access->leads()) write_rows<T>(name, 0, values);
    seal(name);
}

void Hdf5File::write(const std::string& name, const TextColumn& values)
{
    make_text(name, values.rows(), values.width);
    if (impl_->access->leads()) write_text(name, 0, values);
    seal(name);
}

Hdf5File::Shape Hdf5File::shape(const std::string& name) const { return shape_of(impl_->open_dataset(name)); }

template <class T>
std::vector<T> Hdf5File::read(const std::string& name) const
{
    return read_rows<T>(name, {0, shape(name).rows});
}

TextColumn Hdf5File::read_text(const std::string& name) const { return read_text_rows(name, {0, shape(name).rows}); }

template <class T>
std::vector<T> Hdf5File::read_rows(const std::string& name, RowRange rows) const
{
    const Row width = shape(name).width;
    std::vector<T> values(static_cast<std::size_t>(rows.size()) * static_cast<std::size_t>(std::max<Row>(width, 1)));
    impl_->read(name, hdf5::memory_type<T>(), rows, width, values.data());
    return values;
}

TextColumn Hdf5File::read_text_rows(const std::string& name, RowRange rows) const
{
    const auto bytes = static_cast<std::size_t>(row_bytes_of(impl_->open_dataset(name)));
    TextColumn column{bytes, std::vector<char>(static_cast<std::size_t>(rows.size()) * bytes)};
    impl_->read(name, hdf5::text_type(bytes).get(), rows, 0, column.bytes.data());
    return column;
}

void Hdf5File::verify() const
{
    const auto altered = [&](const std::string& what) {
        return Error(ExitCode::bad_data,
                     "{}: {} does not match its checksum: the file is damaged, make or copy it again", path().string(),
                     what);
    };
    if (integer_attribute("/", "attributes_crc32") != impl_->attributes_checksum()) throw altered("an attribute");
    for (const auto& name : datasets()) {
        const Handle dataset = impl_->open_dataset(name);
        const Row width = shape_of(dataset).width;
        const Handle type = type_of(dataset);
        const std::int64_t row_bytes = row_bytes_of(dataset);
        Checksum mine;
        std::vector<std::byte> buffer;
        in_transfers(share_of(shape_of(dataset).rows, *impl_->access), row_bytes, [&](RowRange part) {
            buffer.resize(static_cast<std::size_t>(part.size() * row_bytes));
            impl_->read(name, type.get(), part, width, buffer.data());
            mine.update(buffer);
        });
        if (integer_attribute(name, "crc32") != impl_->access->joined(mine).crc) throw altered(name);
    }
}

std::vector<std::string> Hdf5File::datasets() const
{
    std::vector<std::string> names;
    const auto visit = [](hid_t root, const char* name, const H5O_info_t* info, void* to) -> herr_t {
        (void)root;
        if (info->type == H5O_TYPE_DATASET)
            static_cast<std::vector<std::string>*>(to)->push_back(std::string("/") + name);
        return 0;
    };
    if (H5Ovisit2(impl_->file.get(), H5_INDEX_NAME, H5_ITER_INC, visit, &names, H5O_INFO_BASIC) < 0)
        throw Error(ExitCode::bad_data, "{}: is damaged: {}", path().string(), hdf5::last_error());
    std::sort(names.begin(), names.end());
    return names;
}

#define ALSTER_ELEMENT(T)                                                               \
    template void Hdf5File::make_rows<T>(const std::string&, Row, Row);                 \
    template void Hdf5File::write_rows<T>(const std::string&, Row, std::span<const T>); \
    template void Hdf5File::write<T>(const std::string&, std::span<const T>, Row);      \
    template std::vector<T> Hdf5File::read<T>(const std::string&) const;                \
    template std::vector<T> Hdf5File::read_rows<T>(const std::string&, RowRange) const;

ALSTER_ELEMENT(float)
ALSTER_ELEMENT(double)
ALSTER_ELEMENT(std::int32_t)
ALSTER_ELEMENT(std::int64_t)
ALSTER_ELEMENT(std::uint8_t)
ALSTER_ELEMENT(std::uint16_t)
#undef ALSTER_ELEMENT

}  // namespace alster
