#include "host/personalize/asked_users.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/error.hpp"
#include "data/ingest/column_names.hpp"
#include "data/ingest/line_source.hpp"
#include "data/printable.hpp"
#include "host/model/labels.hpp"
#include "host/personalize/eligibility.hpp"

namespace alster {

std::vector<std::string> read_ids(const std::string& path)
{
    std::vector<std::string> ids;
    LineSource source({path});
    Line line;
    while (source.next(line))
        if (!line.text.empty()) ids.emplace_back(line.text);
    if (ids.empty()) throw Error(ExitCode::bad_data, "{}: no user ids, the file is empty", path);
    return ids;
}

namespace {

/// Blanks around an id were dropped when the log was read, unless they were quoted.
std::string known_form(const IdLookup& known, const std::string& id)
{
    constexpr const char* blanks = " \t";
    const auto first = id.find_first_not_of(blanks);
    if (first == id.npos || known.find(id)) return id;
    const std::string trimmed = id.substr(first, id.find_last_not_of(blanks) + 1 - first);
    return known.find(trimmed) ? trimmed : id;
}

/// Who is called as columns are, and is unknown beside others who are not, is a header.
void require_no_header(const AskedUsers& asked)
{
    const bool others = std::ranges::any_of(asked.rows, [](Row row) { return row != unknown_user; });
    if (others && asked.rows.front() == unknown_user && named_column(asked.ids.front()) == EventColumn::user)
        throw Error(ExitCode::bad_data, "the first user id is '{}', a header: take it out of the list",
                    printable(asked.ids.front()));
}

}  // namespace

AskedUsers find_users(const ModelReader& model, std::vector<std::string> ids, bool strict)
{
    const IdColumn known = model.ids(Side::users, {0, model.info().users});
    AskedUsers asked{.ids = std::move(ids), .rows = {}};
    const IdLookup lookup(known);
    for (auto& id : asked.ids) id = known_form(lookup, id);
    if (strict) {
        asked.rows = rows_of_ids(known, asked.ids, "user", model.file().path());
        return asked;
    }
    for (const auto& id : asked.ids) asked.rows.push_back(lookup.find(id).value_or(unknown_user));
    require_no_header(asked);
    return asked;
}

void UserCounts::add(const Lists& lists)
{
    for (Row u = 0; u < lists.lists.rows(); ++u) {
        const Knowledge known = lists.knowledge[u];
        ++users;
        unknown += known == Knowledge::unknown_id;
        fallback += known == Knowledge::no_history || known == Knowledge::nothing_learned;
        no_class += std::int64_t{!lists.classes.empty() && lists.classes[u] == sees_nothing};
        short_lists += lists.shortfall[u].places > 0;
        missing += lists.shortfall[u].places;
        if (known == Knowledge::learned) filled += std::ranges::count(lists.reasons_of(u), Reason::popularity);
    }
}

UserCounts UserCounts::over(const Communicator& ranks) const
{
    return {.users = ranks.sum(users),
            .unknown = ranks.sum(unknown),
            .fallback = ranks.sum(fallback),
            .filled = ranks.sum(filled),
            .no_class = ranks.sum(no_class),
            .short_lists = ranks.sum(short_lists),
            .missing = ranks.sum(missing)};
}

std::string UserCounts::text() const
{
    std::string words = fmt::format("{} list{}", users, users == 1 ? "" : "s");
    const auto add = [&](std::int64_t count, const char* one, const char* many) {
        if (count > 0) words += fmt::format(", {} {}", count, count == 1 ? one : many);
    };
    add(unknown, "for an unknown user: what is popular", "for unknown users: what is popular");
    add(fallback, "for a user of whom nothing was learned: what is popular",
        "for users of whom nothing was learned: what is popular");
    add(filled, "place filled with what is popular", "places filled with what is popular");
    add(no_class, "for a user of no class: empty", "for users of no class: empty");
    if (short_lists > 0)
        words += fmt::format("; {} list{} short, {} place{} empty", short_lists, short_lists == 1 ? " is" : "s are",
                             missing, missing == 1 ? " is" : "s are");
    return words;
}

nlohmann::json UserCounts::json() const
{
    return {{"users", users},           {"unknown_users", unknown}, {"fallback_users", fallback},
            {"filled_places", filled},  {"no_class", no_class},     {"short_lists", short_lists},
            {"missing_places", missing}};
}

}  // namespace alster
