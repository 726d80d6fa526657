#pragma once
#include <hdf5.h>

#include <bit>
#include <concepts>
#include <cstdint>

namespace alster {

static_assert(std::endian::native == std::endian::little, "files are little-endian and read without conversion");

/// The HDF5 type of an element, in the file and in memory.
template <class T>
[[nodiscard]] hid_t element_type()
{
    if constexpr (std::same_as<T, float>)
        return H5T_IEEE_F32LE;
    else if constexpr (std::same_as<T, double>)
        return H5T_IEEE_F64LE;
    else if constexpr (std::same_as<T, std::int32_t>)
        return H5T_STD_I32LE;
    else if constexpr (std::same_as<T, std::int64_t>)
        return H5T_STD_I64LE;
    else if constexpr (std::same_as<T, std::uint8_t>)
        return H5T_STD_U8LE;
    else if constexpr (std::same_as<T, std::uint16_t>)
        return H5T_STD_U16LE;
    else
        static_assert(sizeof(T) == 0, "no such element type");
}

}  // namespace alster
