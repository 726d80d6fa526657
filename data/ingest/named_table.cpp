#include "data/ingest/named_table.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "data/error.hpp"

namespace alster {

namespace {

Separator separator_of(std::string_view header)
{
    for (const auto& separator : {Separator::tab, Separator::semicolon})
        if (header.find(separator.byte()) != std::string_view::npos) return separator;
    return Separator::comma;
}

}  // namespace

NamedTable::NamedTable(const std::string& path, std::span<const std::string_view> needed) : source_({path}), path_(path)
{
    read_header(needed);
}

void NamedTable::read_header(std::span<const std::string_view> needed)
{
    while (source_.next(line_) && line_.text.empty()) continue;
    splitter_.emplace(separator_of(line_.text));
    if (!line_.text.empty() && !splitter_->split(line_.text, fields_))
        throw Error(ExitCode::bad_data, "{}: a quote is not closed", where());
    columns_.assign(fields_.begin(), fields_.end());
    for (const auto column : needed)
        if (!find(column))
            throw Error(ExitCode::bad_data, "{}: the first line names no column \"{}\"; it has: {}", where(), column,
                        fmt::join(columns_, ", "));
}

std::optional<std::size_t> NamedTable::find(std::string_view column) const
{
    const auto found = std::ranges::find(columns_, column);
    if (found == columns_.end()) return {};
    return static_cast<std::size_t>(found - columns_.begin());
}

const std::vector<std::string_view>* NamedTable::next()
{
    do {
        if (!source_.next(line_)) return nullptr;
    } while (line_.text.empty());
    if (!splitter_->split(line_.text, fields_)) throw Error(ExitCode::bad_data, "{}: a quote is not closed", where());
    if (fields_.size() != columns_.size())
        throw Error(ExitCode::bad_data, "{}: {} fields, and the first line names {}", where(), fields_.size(),
                    columns_.size());
    return &fields_;
}

double NamedTable::number(std::string_view column) const
{
    const std::string_view field = text(column);
    double value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
        throw Error(ExitCode::bad_data, "{}: {} is \"{}\", which is no finite number", where(), column, field);
    return value;
}

double NamedTable::quantity(std::string_view column) const
{
    constexpr double most = 1e100;
    const double value = number(column);
    if (std::abs(value) > most)
        throw Error(ExitCode::bad_data, "{}: {} is {}, whose square cannot be computed with: give it in another unit",
                    where(), column, text(column));
    return value;
}

std::string NamedTable::where() const { return fmt::format("{}:{}", path_, line_.number); }

}  // namespace alster
