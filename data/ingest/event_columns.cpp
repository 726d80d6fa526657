#include "data/ingest/event_columns.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::array<std::string_view, event_columns> names = {"user",  "item",       "value",   "time",
                                                               "event", "confidence", "event_id"};
constexpr int most_columns = 10000;

std::optional<int> position(std::string_view text)
{
    int number = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (status != std::errc() || end != text.data() + text.size() || number < 0 || number > most_columns)
        return std::nullopt;
    return number;
}

}  // namespace

std::string_view name(EventColumn column) { return names[static_cast<std::size_t>(column)]; }

ColumnPositions default_positions(std::size_t fields)
{
    ColumnPositions positions{};
    positions.fill(-1);
    constexpr std::array order = {EventColumn::user, EventColumn::item, EventColumn::value, EventColumn::time};
    for (std::size_t c = 0; c < order.size(); ++c)
        if (c < std::max<std::size_t>(fields, 2)) positions[static_cast<std::size_t>(order[c])] = static_cast<int>(c);
    return positions;
}

ColumnSpec ColumnSpec::parse(std::string_view text)
{
    ColumnSpec spec;
    while (!text.empty()) {
        const auto part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        const auto equals = part.find('=');
        const auto known = std::find(names.begin(), names.end(), part.substr(0, equals));
        if (equals == part.npos || known == names.end() || equals + 1 == part.size())
            throw Error(ExitCode::usage, "--columns: '{}' is not one of {}=POSITION or NAME", part,
                        fmt::join(names, ", "));
        auto& place = spec.at_[static_cast<std::size_t>(known - names.begin())];
        if (!place.empty()) throw Error(ExitCode::usage, "--columns: '{}' is given twice", *known);
        place = part.substr(equals + 1);
        spec.empty_ = false;
    }
    if (!spec.empty_ && (spec[EventColumn::user].empty() || spec[EventColumn::item].empty()))
        throw Error(ExitCode::usage, "--columns must name user and item");
    return spec;
}

bool ColumnSpec::by_position() const
{
    return std::all_of(at_.begin(), at_.end(),
                       [](const std::string& place) { return place.empty() || position(place); });
}

ColumnPositions ColumnSpec::positions() const
{
    ColumnPositions result{};
    for (std::size_t c = 0; c < event_columns; ++c) result[c] = position(at_[c]).value_or(-1);
    return result;
}

ColumnPositions ColumnSpec::positions(std::span<const std::string_view> header, std::string_view where) const
{
    ColumnPositions result{};
    for (std::size_t c = 0; c < event_columns; ++c) {
        result[c] = -1;
        if (at_[c].empty()) continue;
        const auto found = std::find(header.begin(), header.end(), at_[c]);
        if (found == header.end())
            throw Error(ExitCode::bad_data, "{}: no column '{}'; the header has: {}", where, at_[c],
                        fmt::join(header, ", "));
        if (std::find(found + 1, header.end(), at_[c]) != header.end())
            throw Error(ExitCode::bad_data, "{}: the header names '{}' twice; say by position which is the {}: {}",
                        where, at_[c], name(static_cast<EventColumn>(c)), fmt::join(header, ", "));
        result[c] = static_cast<int>(found - header.begin());
    }
    return result;
}

}  // namespace alster
