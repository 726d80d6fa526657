#pragma once
#include <string>

#include "data/hdf5_file.hpp"
#include "data/id_column.hpp"

namespace alster {

/// The version of both file formats; a reader takes any minor version of its major one.
inline constexpr std::int32_t format_major = 1;
inline constexpr std::int32_t format_minor = 0;

inline constexpr const char* dataset_format = "alster-dataset";
inline constexpr const char* model_format = "alster-model";

void write_format(Hdf5File& file, const std::string& format);

/// Throws bad_data (65) where the file is of another format or of a newer major version.
void require_format(const Hdf5File& file, const std::string& format);

/// "/users" or "/items"
[[nodiscard]] std::string group_of(Side side);

/// /users/id or /items/id, as numbers or as text.
[[nodiscard]] IdColumn read_ids(const Hdf5File& file, Side side, RowRange rows);

}  // namespace alster
