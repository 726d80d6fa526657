#include "data/hdf5_handle.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>

namespace alster::hdf5 {

void initialize()
{
    static std::once_flag once;
    std::call_once(once, [] {
        H5dont_atexit();
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    });
}

std::string last_error()
{
    std::string text = "HDF5 gives no reason";
    const auto keep_first = [](unsigned n, const H5E_error2_t* error, void* to) -> herr_t {
        if (n == 0 && error->desc) *static_cast<std::string*>(to) = error->desc;
        return 0;
    };
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_first, &text);
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

template <>
hid_t memory_type<float>()
{
    return H5T_NATIVE_FLOAT;
}
template <>
hid_t memory_type<double>()
{
    return H5T_NATIVE_DOUBLE;
}
template <>
hid_t memory_type<std::int32_t>()
{
    return H5T_NATIVE_INT32;
}
template <>
hid_t memory_type<std::int64_t>()
{
    return H5T_NATIVE_INT64;
}
template <>
hid_t memory_type<std::uint8_t>()
{
    return H5T_NATIVE_UINT8;
}
template <>
hid_t memory_type<std::uint16_t>()
{
    return H5T_NATIVE_UINT16;
}

template <>
hid_t file_type<float>()
{
    return H5T_IEEE_F32LE;
}
template <>
hid_t file_type<double>()
{
    return H5T_IEEE_F64LE;
}
template <>
hid_t file_type<std::int32_t>()
{
    return H5T_STD_I32LE;
}
template <>
hid_t file_type<std::int64_t>()
{
    return H5T_STD_I64LE;
}
template <>
hid_t file_type<std::uint8_t>()
{
    return H5T_STD_U8LE;
}
template <>
hid_t file_type<std::uint16_t>()
{
    return H5T_STD_U16LE;
}

Handle text_type(std::size_t bytes)
{
    Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
    H5Tset_size(type.get(), std::max<std::size_t>(bytes, 1));
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    return type;
}

}  // namespace alster::hdf5
