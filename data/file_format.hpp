#pragma once
#include <fmt/core.h>

#include <string>

#include "data/error.hpp"
#include "data/hdf5_file.hpp"

namespace alster {

/// Marks a file with its format, "alster-dataset" or "alster-model", and the version that this program writes.
void write_format(Hdf5File& file, const std::string& format);

/// Throws bad_data (65) where a file is of another format, or of a newer major version.
void check_format(const Hdf5File& file, const std::string& format);

/// Throws bad_data (65) where a dataset has another shape than the attributes promise.
void check_shape(const Hdf5File& file, const std::string& name, Row rows, Row width = 0);

/// Throws bad_data (65) unless `holds`: a root attribute that contradicts itself, the others or a shape.
template <class T>
void require_attribute(const Hdf5File& file, bool holds, const char* key, const T& value, const std::string& wanted)
{
    if (!holds)
        throw Error(ExitCode::bad_data, "{}: attribute {} is {}, it must be {}: the file is damaged or was altered",
                    file.path().string(), key, value, wanted);
}

/// Throws bad_data (65) where id_order does not name every row once, in strictly ascending order of id: so an id that
/// comes twice is found as well. The leading rank reads; all throw the same. Collective.
void check_ids(const Hdf5File& file, const std::string& group, Row rows);

/// The latest and the earliest time that can be of an event (Unix seconds); far beyond what logs may hold.
inline constexpr std::int64_t farthest_time = std::int64_t{1} << 40;

/// Ids of one side: id (int64, or text with attribute id_kind). `id_bytes`: width of text ids over all ranks, 0 where
/// ids are numbers.
void write_id_rows(Hdf5File& file, const std::string& group, Row rows, Row first, const IdColumn& ids,
                   std::size_t id_bytes);
[[nodiscard]] IdColumn read_id_rows(const Hdf5File& file, const std::string& group, RowRange rows);

/// make_rows, write_rows and seal at once, for ranks that have all their rows at hand.
template <class T>
void write_all_rows(Hdf5File& file, const std::string& name, Row rows, Row width, Row first, std::span<const T> values)
{
    file.make_rows<T>(name, rows, width);
    file.write_rows<T>(name, first, values);
    file.seal(name);
}

/// Rows in ascending order of their ids (id_order), for binary search on the file.
inline void write_id_order(Hdf5File& file, const std::string& group, Row rows, Row first, std::span<const Row> order)
{
    write_all_rows<Row>(file, group + "/id_order", rows, 0, first, order);
}

}  // namespace alster
