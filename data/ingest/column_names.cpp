#include "data/ingest/column_names.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "data/error.hpp"
#include "data/ingest/known_names.hpp"

namespace alster {

namespace {

constexpr std::size_t longest_name = 40;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string shown(std::span<const std::string_view> header) { return fmt::format("{}", fmt::join(header, ", ")); }

}  // namespace

std::optional<EventColumn> named_column(std::string_view field)
{
    if (field.empty() || field.size() > longest_name || !is_letter(field.front()) || !is_letter(field.back()))
        return std::nullopt;
    return known_column(field);
}

bool is_id_name(std::string_view name) { return plain_name(name).ends_with("id"); }

bool outranks(std::string_view name, std::string_view other)
{
    const auto is_unix = [](std::string_view text) { return plain_name(text).starts_with("unix"); };
    return (is_id_name(name) && !is_id_name(other)) || (is_unix(name) && !is_unix(other));
}

bool is_telling_name(std::string_view name)
{
    const std::string plain = plain_name(name);
    if (!named_column(name)) return false;
    return (plain.size() > 2 && plain.ends_with("id")) || plain.starts_with("rating") || plain == "timestamp" ||
           plain == "eventtype" || plain == "eventvalue" || plain == "playcount";
}

bool names_user_and_item(std::span<const std::string_view> fields)
{
    const auto has = [&](EventColumn column) {
        return std::ranges::any_of(fields, [&](std::string_view field) { return named_column(field) == column; });
    };
    return has(EventColumn::user) && has(EventColumn::item);
}

ColumnPositions known_positions(std::span<const std::string_view> header, std::string_view where)
{
    ColumnPositions positions{};
    positions.fill(-1);
    const bool has_parts_of_date = std::ranges::any_of(
        header, [](std::string_view field) { return plain_name(field) == "month" || plain_name(field) == "year"; });
    for (std::size_t f = 0; f < header.size(); ++f) {
        const auto column = named_column(header[f]);
        if (!column || (has_parts_of_date && plain_name(header[f]) == "day")) continue;
        int& place = positions[static_cast<std::size_t>(*column)];
        const std::string_view other = place >= 0 ? header[static_cast<std::size_t>(place)] : std::string_view();
        if (place >= 0 && outranks(other, header[f])) continue;
        if (place >= 0 && !outranks(header[f], other))
            throw Error(ExitCode::bad_data, "{}: '{}' and '{}' could both be the {}; the header has: {}; write {}",
                        where, other, header[f], name(*column), shown(header), columns_to_write(header));
        place = static_cast<int>(f);
    }
    for (const auto column : {EventColumn::user, EventColumn::item})
        if (positions[static_cast<std::size_t>(column)] < 0)
            throw Error(ExitCode::bad_data, "{}: no column is known to be the {}; the header has: {}; write {}", where,
                        name(column), shown(header), columns_to_write(header));
    return positions;
}

std::string columns_to_write(std::span<const std::string_view> header)
{
    std::string text = "--columns ";
    for (const auto column : {EventColumn::user, EventColumn::item, EventColumn::value, EventColumn::time}) {
        const auto found =
            std::ranges::find_if(header, [&](std::string_view field) { return named_column(field) == column; });
        const bool needed = column == EventColumn::user || column == EventColumn::item;
        if (found == header.end() && !needed) continue;
        text += fmt::format("{}{}={}", text.back() == ' ' ? "" : ",", name(column),
                            found == header.end() ? "NAME" : std::string(*found));
    }
    return text;
}

}  // namespace alster
