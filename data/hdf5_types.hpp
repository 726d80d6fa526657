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
    else if constexpr (std::same_as<T, std::uint32_t>)
        return H5T_STD_U32LE;
    else
        static_assert(sizeof(T) == 0, "no such element type");
}

/// Numbers and text of fixed width: all that alster writes.
[[nodiscard]] inline bool is_plain(hid_t type)
{
    const auto kind = H5Tget_class(type);
    return kind == H5T_INTEGER || kind == H5T_FLOAT || (kind == H5T_STRING && H5Tis_variable_str(type) == 0);
}

}  // namespace alster
