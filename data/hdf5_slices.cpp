#include <algorithm>
#include <array>

#include "data/hdf5_impl.hpp"

namespace alster {

namespace {

/// MPI-IO counts bytes in int in some versions, and HDF5 takes memory by the slice.
constexpr std::size_t slice_bytes = std::size_t{256} << 20;

/// Calls transfer(memory space, file space, byte offset in memory) for one slice of rows after another.
template <class Transfer>
bool in_slices(const Hdf5Dataset& dataset, RowRange rows, Transfer transfer)
{
    const auto step = static_cast<Row>(std::max<std::size_t>(slice_bytes / dataset.row_bytes, 1));
    const Hdf5Handle file_space(H5Dget_space(dataset.handle.get()), H5Sclose);
    const int dimensions = dataset.width > 0 ? 2 : 1;
    for (Row first = rows.first; first < rows.last; first += step) {
        const std::array<hsize_t, 2> start = {static_cast<hsize_t>(first), 0};
        const std::array<hsize_t, 2> count = {static_cast<hsize_t>(std::min(step, rows.last - first)),
                                              static_cast<hsize_t>(dataset.width)};
        const Hdf5Handle memory_space(H5Screate_simple(dimensions, count.data(), nullptr), H5Sclose);
        const auto offset = static_cast<std::size_t>(first - rows.first) * dataset.row_bytes;
        if (H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr) < 0 ||
            transfer(memory_space.get(), file_space.get(), offset) < 0)
            return false;
    }
    return true;
}

}  // namespace

bool read_slices(const Hdf5Dataset& dataset, RowRange rows, std::span<std::byte> to)
{
    return in_slices(dataset, rows, [&](hid_t memory, hid_t file, std::size_t offset) {
        return H5Dread(dataset.handle.get(), dataset.type.get(), memory, file, H5P_DEFAULT, to.data() + offset);
    });
}

bool write_slices(const Hdf5Dataset& dataset, Row first, std::span<const std::byte> from)
{
    const Row rows = static_cast<Row>(from.size() / dataset.row_bytes);
    return in_slices(dataset, {first, first + rows}, [&](hid_t memory, hid_t file, std::size_t offset) {
        return H5Dwrite(dataset.handle.get(), dataset.type.get(), memory, file, H5P_DEFAULT, from.data() + offset);
    });
}

}  // namespace alster
