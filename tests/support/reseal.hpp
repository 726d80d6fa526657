#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "data/hdf5_handle.hpp"

namespace alster::test {

/// Full names of everything in an HDF5 file that is open.
[[nodiscard]] std::vector<std::string> names_in(Hdf5Handle& file);

/// Makes the checksums of a file again after it was altered with HDF5's own functions: what another program would do to
/// pass something off as alster's. Of datasets that are small and not of variable length; of the others they stay.
void reseal(Hdf5Handle& file);

/// Replaces an attribute of the root.
void set_attribute(hid_t file, const std::string& key, std::int64_t value);
void set_attribute(hid_t file, const std::string& key, double value);
void set_attribute(hid_t file, const std::string& key, std::string_view text);

/// Replaces one value of a dataset, counted over all its columns. T: float, double, int32, int64, uint8, uint16.
template <class T>
void set_value(hid_t file, const std::string& name, std::size_t position, T value);

/// Opens a file, alters it and makes its checksums again.
void alter(const std::filesystem::path& path, const std::function<void(hid_t)>& change);

}  // namespace alster::test
