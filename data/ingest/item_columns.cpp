#include "data/ingest/item_columns.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::size_t most_columns = 10'000;
/// Where ":type" of a column stands in front of `end`, and which; nothing: the column has none.
std::optional<std::pair<std::size_t, AttributeType>> find_type(std::string_view text, std::size_t end)
{
    for (std::size_t colon = text.find(':'); colon < end; colon = text.find(':', colon + 1)) {
        const auto word = text.substr(colon + 1, text.find_first_of(",:", colon + 1) - colon - 1);
        if (const auto type = attribute_type(word)) return std::pair(colon, *type);
    }
    return std::nullopt;
}

/// Takes "place", "place:type" or "place:set:c" off the front, and the comma behind it.
void take_place(std::string_view& text, ItemColumn& column, const char* option)
{
    const auto comma = std::min(text.find(','), text.size());
    const auto typed = find_type(text, comma);
    if (!typed) {
        column.place = text.substr(0, comma);
        text.remove_prefix(std::min(text.size(), comma + 1));
        if (const auto colon = column.place.find(':'); position_of(column.place.substr(0, colon)) && colon != text.npos)
            throw Error(ExitCode::usage, "{}: '{}' is none of {}", option, column.place.substr(colon + 1),
                        fmt::join(attribute_type_names, ", "));
        return;
    }
    column.place = text.substr(0, typed->first);
    column.type = typed->second;
    text.remove_prefix(typed->first + 1 + std::string_view(name(typed->second)).size());
    if (column.type == AttributeType::set) {
        column.set = '|';
        if (text.size() > 1 && text.front() == ':') {
            column.set = text[1];  // it may be a comma
            column.set_was_named = true;
            text.remove_prefix(2);
        }
    }
    if (!text.empty() && text.front() != ',')
        throw Error(ExitCode::usage,
                    "{}: behind '{}:{}' comes a comma, or of a set ':' and one character, as in genres=2:set:;", option,
                    column.place, name(*column.type));
    text.remove_prefix(std::min<std::size_t>(text.size(), 1));
}

}  // namespace

std::optional<std::size_t> position_of(std::string_view place)
{
    std::size_t number = 0;
    const auto [end, status] = std::from_chars(place.data(), place.data() + place.size(), number);
    if (status != std::errc() || end != place.data() + place.size() || number > most_columns) return std::nullopt;
    return number;
}

ItemColumnSpec ItemColumnSpec::parse(std::string_view text, const char* option)
{
    ItemColumnSpec spec;
    while (!text.empty()) {
        ItemColumn column;
        const auto equals = text.find('=');
        column.name = text.substr(0, equals);
        text.remove_prefix(std::min(text.size(), column.name.size() + 1));
        take_place(text, column, option);
        if (equals == text.npos || column.name.empty() || column.place.empty() ||
            column.name.find(',') != std::string::npos)
            throw Error(ExitCode::usage, "{}: '{}' is not NAME=POSITION or NAME=COLUMN", option, column.name);
        if (std::ranges::any_of(spec.columns_, [&](const ItemColumn& other) { return other.name == column.name; }))
            throw Error(ExitCode::usage, "{}: '{}' is given twice", option, column.name);
        spec.columns_.push_back(std::move(column));
    }
    if (!spec.empty() && std::ranges::none_of(spec.columns_, [](const ItemColumn& c) { return c.name == "id"; }))
        throw Error(ExitCode::usage, "{} must name id", option);
    return spec;
}

bool ItemColumnSpec::by_position() const
{
    return std::ranges::all_of(columns_,
                               [](const ItemColumn& column) { return position_of(column.place).has_value(); });
}

}  // namespace alster
