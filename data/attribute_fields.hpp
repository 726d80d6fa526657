#pragma once
#include <limits>
#include <string>
#include <type_traits>

#include "data/file_format.hpp"
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

/// Throws bad_data (65) for a number that the member cannot hold: 2 for a truth value, 1e300 for a float.
struct ReadField {
    const Hdf5File& file;

    template <class T>
    void operator()(const char* key, T& value) const
    {
        if constexpr (std::is_integral_v<T>)
            value = narrowed<T>(key, file.integer_attribute("/", key));
        else if constexpr (std::is_floating_point_v<T>)
            value = narrowed<T>(key, file.real_attribute("/", key));
        else
            value = file.text_attribute("/", key);
    }

private:
    template <class T, class Stored>
    T narrowed(const char* key, Stored stored) const
    {
        constexpr auto least = std::numeric_limits<T>::lowest(), most = std::numeric_limits<T>::max();
        const bool fits = stored >= Stored{least} && stored <= Stored{most};
        require_attribute(file, fits, key, stored, fmt::format("from {} to {}", Stored{least}, Stored{most}));
        return static_cast<T>(stored);
    }
};

}  // namespace alster
