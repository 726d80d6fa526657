#pragma once
#include <map>
#include <string>

#include "data/attributes.hpp"
#include "data/hdf5_file.hpp"

namespace alster {

/// Where the entries of this rank's sets lie among those of all ranks.
struct SetPlace {
    Offset before = 0;
    Offset all = 0;
};

/// Writes an attribute of one side's `rows` (docs/formats.md): `column` has this rank's, from row `first` on. Throws
/// bad_data (65) for a name that cannot stand in a file. Collective.
void write_attribute(Hdf5File& file, Side side, Row rows, const std::string& name, const AttributeColumn& column,
                     Row first, SetPlace place);

/// Names and types of one side's attributes. Files of format 1.1 have texts of items, and genres with | between them.
[[nodiscard]] std::map<std::string, AttributeType> attribute_types(const Hdf5File& file, Side side);

/// Some rows of an attribute that attribute_types() names; the side has `all` rows. Throws bad_data (65) for shapes,
/// codes and offsets that cannot be. Not collective.
[[nodiscard]] AttributeColumn read_attribute(const Hdf5File& file, Side side, Row all, const std::string& name,
                                             RowRange rows);

}  // namespace alster
