#pragma once
#include <string>
#include <type_traits>

#include "data/hdf5_file.hpp"

namespace alster {

/// Writes and reads one member of an info struct as a root attribute of the type that suits it.
struct WriteField {
    Hdf5File& file;

    template <class T>
    void operator()(const char* key, const T& value) const
    {
        if constexpr (std::is_integral_v<T>)
            file.set_attribute("/", key, static_cast<std::int64_t>(value));
        else if constexpr (std::is_floating_point_v<T>)
            file.set_attribute("/", key, static_cast<double>(value));
        else
            file.set_attribute("/", key, std::string_view(value));
    }
};

struct ReadField {
    const Hdf5File& file;

    template <class T>
    void operator()(const char* key, T& value) const
    {
        if constexpr (std::is_integral_v<T>)
            value = static_cast<T>(file.integer_attribute("/", key));
        else if constexpr (std::is_floating_point_v<T>)
            value = static_cast<T>(file.real_attribute("/", key));
        else
            value = file.text_attribute("/", key);
    }
};

}  // namespace alster
