#include "data/ingest/taken_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "data/error.hpp"
#include "data/ingest/known_names.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

constexpr std::size_t most_names = 8;  // of a column, to be shown; more are told from each other no better

}  // namespace

void TakenKeys::take(std::size_t file, EventColumn column, std::string_view key)
{
    auto& keys = taken_[{file, column}];
    if (keys.size() < most_names) keys.insert(printable(key));
}

void TakenKeys::doubt(std::size_t file, EventColumn column, std::string_view key, std::string_view other)
{
    doubtful_.try_emplace({file, column}, printable(key), printable(other));
}

void TakenKeys::add(const TakenKeys& others)
{
    for (const auto& [place, keys] : others.taken_) taken_[place].insert(keys.begin(), keys.end());
    doubtful_.insert(others.doubtful_.begin(), others.doubtful_.end());
}

/// A line for each: printable names have no tab.
std::string TakenKeys::text() const
{
    std::string text;
    const auto line = [&](const Place& place, const std::string& key, const std::string& other) {
        text += fmt::format("{}\t{}\t{}\t{}\n", place.first, static_cast<int>(place.second), key, other);
    };
    for (const auto& [place, keys] : taken_)
        for (const auto& key : keys) line(place, key, "");
    for (const auto& [place, both] : doubtful_) line(place, both.first, both.second);
    return text;
}

TakenKeys TakenKeys::from_text(std::string_view text)
{
    TakenKeys keys;
    std::istringstream in{std::string(text)};
    for (std::string line; std::getline(in, line);) {
        std::istringstream fields(line);
        std::string file, column, key, other;
        std::getline(fields, file, '\t');
        std::getline(fields, column, '\t');
        std::getline(fields, key, '\t');
        std::getline(fields, other);
        const auto of = static_cast<EventColumn>(std::stoi(column));
        if (other.empty())
            keys.take(std::stoull(file), of, key);
        else
            keys.doubt(std::stoull(file), of, key, other);
    }
    return keys;
}

void TakenKeys::require_one_each(std::span<const std::string> paths) const
{
    const auto refuse = [&](const Place& place, const std::string& one, const std::string& other) {
        throw Error(ExitCode::bad_data,
                    "{}: the keys '{}' and '{}' could both be the {}: say which is, as in --columns {}",
                    paths[place.first], one, other, name(place.second), to_write(place, one));
    };
    for (const auto& [place, both] : doubtful_) refuse(place, both.first, both.second);
    for (const auto& [place, keys] : taken_)
        for (const auto& key : keys)
            if (plain_name(key) != plain_name(*keys.begin())) refuse(place, *keys.begin(), key);
}

void TakenKeys::require_named(const ColumnSpec& named, std::span<const std::string> paths) const
{
    for (std::size_t c = 0; c < event_columns && !taken_.empty(); ++c) {
        const auto column = static_cast<EventColumn>(c);
        const bool met = std::ranges::any_of(taken_, [&](const auto& one) { return one.first.second == column; });
        if (named[column].empty() || met) continue;
        throw Error(ExitCode::bad_data, "{}: no object has the key '{}', which --columns names for the {}",
                    paths.front(), printable(named[column]), name(column));
    }
}

/// All columns that were found, with `key` for the doubtful one.
std::string TakenKeys::to_write(const Place& doubtful, const std::string& key) const
{
    std::string text;
    for (const auto column : {EventColumn::user, EventColumn::item, EventColumn::value, EventColumn::time,
                              EventColumn::event, EventColumn::confidence}) {
        const auto taken = taken_.find({doubtful.first, column});
        const bool needed = column == EventColumn::user || column == EventColumn::item;
        if (column != doubtful.second && taken == taken_.end() && !needed) continue;
        const std::string& name_of = column == doubtful.second ? key
                                     : taken == taken_.end()   ? "NAME"
                                                               : *taken->second.begin();
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", name(column), name_of);
    }
    return text;
}

std::string TakenKeys::columns() const
{
    std::string text;
    for (const auto& [place, keys] : taken_)
        if (place.first == taken_.begin()->first.first)
            text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name(place.second), *keys.begin());
    return text;
}

}  // namespace alster
