#pragma once
#include <span>
#include <string>
#include <string_view>

#include "host/publish/vector_table.hpp"

namespace alster {

/// What stands before the values of a NumPy array: `kind` as NumPy writes it ("<f4", "|i1"), `shape` its numbers of rows
/// and so on; none: a single value.
[[nodiscard]] std::string npy_header(std::string_view kind, std::span<const Row> shape);

/// The kind of an exported element.
[[nodiscard]] const char* npy_kind(Element element);

/// The kind of a table's ids, "<i8" or "<U12"; ids of text lie in UTF-32.
[[nodiscard]] std::string npy_kind_of_ids(const VectorTable& table);

/// Some ids in that form.
[[nodiscard]] std::string npy_ids(const IdColumn& ids, std::size_t id_width);

}  // namespace alster
