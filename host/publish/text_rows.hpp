#pragma once
#include <span>
#include <string>
#include <string_view>

#include "host/publish/vector_table.hpp"

namespace alster {

/// Appends the shortest decimal number that reads back as the same float.
void append_number(std::string& text, float value);

/// Appends numbers with something between them.
void append_numbers(std::string& text, std::span<const float> values, char separator);

/// The same as JSON: [1,0.5].
void append_json_numbers(std::string& text, std::span<const float> values);

/// An id as a JSON value: a number or a text.
[[nodiscard]] std::string json_id(const IdColumn& ids, Row n);

/// A field of comma-separated values, quoted where it has to be.
[[nodiscard]] std::string csv_field(const std::string& text);

/// A text with blanks in place of tabs and line breaks.
[[nodiscard]] std::string in_one_field(std::string text);

/// Throws bad_data (65) where an id has one of `letters`, which end a field of the format.
void require_without(const std::string& id, std::string_view letters, const VectorTable& table, const char* format);

/// One id a line, in the order of the vectors, under the name `path`. Throws bad_data (65) for an id with a line break.
void write_ids_text(const VectorTable& table, const std::filesystem::path& path);

}  // namespace alster
