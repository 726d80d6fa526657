#include "data/ingest/item_columns.hpp"

#include <algorithm>
#include <charconv>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::size_t most_columns = 10'000;
constexpr std::string_view set_mark = ":set";

/// Takes "place" or "place:set:c" off the front, and the comma behind it.
void take_place(std::string_view& text, ItemColumn& column)
{
    const auto comma = std::min(text.find(','), text.size());
    const auto mark = text.find(set_mark);
    if (mark >= comma) {
        column.place = text.substr(0, comma);
        text.remove_prefix(std::min(text.size(), comma + 1));
        return;
    }
    column.place = text.substr(0, mark);
    text.remove_prefix(mark + set_mark.size());
    column.set = '|';
    if (text.size() > 1 && text.front() == ':') {
        column.set = text[1];  // it may be a comma
        text.remove_prefix(2);
    }
    if (!text.empty() && text.front() != ',')
        throw Error(ExitCode::usage,
                    "--item-columns: behind '{}:set' comes ':' and one character, as in genres=2:set:;", column.place);
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

ItemColumnSpec ItemColumnSpec::parse(std::string_view text)
{
    ItemColumnSpec spec;
    while (!text.empty()) {
        ItemColumn column;
        const auto equals = text.find('=');
        column.name = text.substr(0, equals);
        text.remove_prefix(std::min(text.size(), column.name.size() + 1));
        take_place(text, column);
        if (equals == text.npos || column.name.empty() || column.place.empty() ||
            column.name.find(',') != std::string::npos)
            throw Error(ExitCode::usage, "--item-columns: '{}' is not NAME=POSITION or NAME=COLUMN", column.name);
        if (std::ranges::any_of(spec.columns_, [&](const ItemColumn& other) { return other.name == column.name; }))
            throw Error(ExitCode::usage, "--item-columns: '{}' is given twice", column.name);
        spec.columns_.push_back(std::move(column));
    }
    if (!spec.empty() && std::ranges::none_of(spec.columns_, [](const ItemColumn& c) { return c.name == "id"; }))
        throw Error(ExitCode::usage, "--item-columns must name id");
    return spec;
}

bool ItemColumnSpec::by_position() const
{
    return std::ranges::all_of(columns_,
                               [](const ItemColumn& column) { return position_of(column.place).has_value(); });
}

}  // namespace alster
