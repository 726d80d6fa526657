#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/id_column.hpp"
#include "data/interactions.hpp"

namespace alster {

/// What the values of an attribute are. A text is only shown; a category is one of a vocabulary, a set any number of
/// them. Rules may ask for all of them.
enum class AttributeType : std::uint8_t { text, category, set, number, time, boolean };
inline constexpr std::array<const char*, 6> attribute_type_names = {"text",   "category", "set",
                                                                    "number", "time",     "bool"};
[[nodiscard]] inline const char* name(AttributeType type)
{
    return attribute_type_names.at(static_cast<std::size_t>(type));
}
[[nodiscard]] std::optional<AttributeType> attribute_type(std::string_view name);

/// How a value that was not given is stored.
inline constexpr std::int32_t no_code = -1;
inline constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();
inline constexpr std::uint8_t no_truth = 255;

/// One attribute of consecutive rows of users or items. Of its arrays the type says which are filled.
struct AttributeColumn {
    AttributeType type = AttributeType::text;
    TextColumn texts = {};                  // text: (rows); "" was not given
    std::vector<std::int32_t> codes = {};   // category: (rows) into the vocabulary; set: those of all rows, ascending
                                            // within each
    std::vector<Offset> offsets = {};       // set: (rows + 1) into codes; an empty set was not given
    TextColumn vocabulary = {};             // category and set: distinct values, ascending by bytes
    std::vector<double> numbers = {};       // number: (rows); NaN was not given
    std::vector<std::int64_t> times = {};   // time: (rows) Unix seconds, before 1970 too
    std::vector<std::uint8_t> truths = {};  // bool: (rows) 0 or 1

    [[nodiscard]] Row rows() const;
    [[nodiscard]] bool given(Row row) const;
    /// As it is shown, and as prepare reads it: the parts of a set with | between them, a time in ISO 8601. "": not given.
    [[nodiscard]] std::string shown(Row row) const;
    /// The values of a row: of a set all of its parts, else shown() where it was given.
    [[nodiscard]] std::vector<std::string> values(Row row) const;
};

/// By name.
using Attributes = std::map<std::string, AttributeColumn>;

/// "2026-11-27T18:00:00Z", or the day alone where the time is midnight.
[[nodiscard]] std::string iso_time(std::int64_t seconds);

}  // namespace alster
