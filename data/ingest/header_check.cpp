#include "data/ingest/header_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "data/error.hpp"
#include "data/ingest/column_names.hpp"
#include "data/ingest/event.hpp"

namespace alster {

namespace {

const std::string& at(const HeaderNames& names, EventColumn column) { return names[static_cast<std::size_t>(column)]; }

bool is_digits(std::string_view text)
{
    return !text.empty() &&
           std::ranges::all_of(text, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
}

/// A number in a column of values or confidences, or a time in that of times.
bool is_readable(std::string_view text, EventColumn column, const TimeFormat& times)
{
    if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) != 0) return false;
    EventFields fields{.user = "u", .item = "i"};
    (column == EventColumn::time    ? fields.time
     : column == EventColumn::value ? fields.value
                                    : fields.confidence) = text;
    Event event;
    return read_event(fields, event) == Defect::none && read_time(times, event) == Defect::none;
}

bool is_event(const HeaderNames& fields, const TimeFormat& times)
{
    constexpr std::array numbers{EventColumn::value, EventColumn::confidence, EventColumn::time};
    if (std::ranges::any_of(fields, [](const std::string& field) { return named_column(field).has_value(); }))
        return false;
    const bool has_numbers =
        std::ranges::any_of(numbers, [&](EventColumn column) { return !at(fields, column).empty(); });
    if (!has_numbers) return is_digits(at(fields, EventColumn::user)) && is_digits(at(fields, EventColumn::item));
    return std::ranges::any_of(numbers,
                               [&](EventColumn column) { return is_readable(at(fields, column), column, times); });
}

/// "0,1,2", as data frames name columns without names.
bool counts_columns(const TableHead& head)
{
    for (std::size_t c = 0; c < event_columns; ++c)
        if (head.positions[c] >= 0 && head.names[c] != fmt::format("{}", head.positions[c])) return false;
    return true;
}

void require_order(const HeaderNames& names, std::string_view where)
{
    for (std::size_t c = 0; c < event_columns; ++c) {
        const auto named = named_column(names[c]);
        if (!named || *named == static_cast<EventColumn>(c)) continue;
        const std::string& other = at(names, *named);
        if (other.empty() || named_column(other) == named) continue;
        throw Error(ExitCode::bad_data,
                    "{}: the header names '{}' where --columns has the {}, and '{}' where it has the {}: give the "
                    "columns by name, as in --columns user=NAME,item=NAME",
                    where, names[c], name(static_cast<EventColumn>(c)), other, name(*named));
    }
}

}  // namespace

HeaderNames names_at(const ColumnPositions& positions, std::span<const std::string_view> header, std::size_t row_names)
{
    HeaderNames names;
    for (std::size_t c = 0; c < event_columns; ++c) {
        const auto field = static_cast<std::size_t>(positions[c]) - row_names;
        if (positions[c] >= 0 && field < header.size()) names[c] = header[field];
    }
    return names;
}

void require_header(const TableHead& head, const TimeFormat& times, std::string_view where)
{
    require_order(head.names, where);
    if (is_event(head.names, times) && !counts_columns(head))
        throw Error(ExitCode::bad_data,
                    "{}: the first line is an event, not a header: write --no-header in place of --header", where);
}

void require_same_columns(const HeaderNames& names, const HeaderNames& first, std::string_view path,
                          std::string_view first_path)
{
    for (std::size_t c = 0; c < event_columns; ++c) {
        const auto known = named_column(names[c]);
        if (names[c] == first[c] || (known && known == named_column(first[c]))) continue;
        throw Error(ExitCode::bad_data,
                    "{}: the header names '{}' where --columns has the {}, and that of {} has '{}' there: give the "
                    "columns by name, or prepare the files one by one (--extend)",
                    path, names[c], name(static_cast<EventColumn>(c)), first_path, first[c]);
    }
}

}  // namespace alster
