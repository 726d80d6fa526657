#pragma once
#include <string>

#include "data/hdf5_file.hpp"

namespace alster {

/// Marks a file with its format, "alster-dataset" or "alster-model", and the version that this program writes.
void write_format(Hdf5File& file, const std::string& format);

/// Throws bad_data (65) where a file is of another format, or of a newer major version.
void check_format(const Hdf5File& file, const std::string& format);

/// Throws bad_data (65) where a dataset has another shape than the attributes promise.
void check_shape(const Hdf5File& file, const std::string& name, Row rows, Row width = 0);

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
