#include "data/ingest/item_layout.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <span>

#include "data/error.hpp"
#include "data/ingest/field_splitter.hpp"
#include "data/ingest/head_records.hpp"
#include "data/ingest/item_catalogue.hpp"
#include "data/ingest/known_names.hpp"
#include "data/ingest/table_head.hpp"

namespace alster {

namespace {

constexpr std::array<std::string_view, 19> movielens_genres = {
    "unknown",     "Action", "Adventure", "Animation", "Children's", "Comedy",  "Crime",
    "Documentary", "Drama",  "Fantasy",   "Film-Noir", "Horror",     "Musical", "Mystery",
    "Romance",     "Sci-Fi", "Thriller",  "War",       "Western"};

using Fields = std::vector<std::string_view>;

std::vector<std::string> flag_names(const std::string& path)
{
    const auto beside = std::filesystem::path(path).parent_path() / "u.genre";
    if (!std::filesystem::exists(beside)) return {movielens_genres.begin(), movielens_genres.end()};
    std::vector<std::string> names;
    LineSource source({beside.string()});
    for (Line line; source.next(line);)
        if (!line.text.empty()) names.emplace_back(line.text.substr(0, line.text.find('|')));
    return names;
}

bool has_flags(const Fields& fields)
{
    return fields.size() > item_flags_begin + 1 &&
           std::all_of(fields.begin() + item_flags_begin, fields.end(),
                       [](std::string_view field) { return field == "0" || field == "1"; });
}

Separator separator_of(std::string_view line)
{
    if (line.find("::") != line.npos) return Separator::double_colon;
    if (line.find('\t') != line.npos) return Separator::tab;
    if (std::ranges::count(line, ';') > std::ranges::count(line, ',')) return Separator::semicolon;
    if (line.find(',') != line.npos) return Separator::comma;
    if (line.find('|') != line.npos) return Separator::bar;
    const bool quoted_words = line.starts_with('"') && line.find("\" \"") != line.npos;  // as R writes them
    return quoted_words ? Separator::blanks : Separator::comma;
}

/// "title:token_seq" without its type, in UTF-8.
std::string header_name(std::string_view name)
{
    const auto colon = name.rfind(':');
    const auto type = colon == name.npos ? std::string_view() : name.substr(colon + 1);
    for (const std::string_view known : {"token", "token_seq", "float", "float_seq"})
        if (type == known) name = name.substr(0, colon);
    return utf8_from_latin1(name);
}

/// The position of the column of a header that `place` names.
std::size_t find_column(const Fields& header, const ItemColumn& column, const std::string& where)
{
    const auto same = [&](std::string_view name) { return name == column.place || header_name(name) == column.place; };
    auto found = std::find_if(header.begin(), header.end(), same);
    if (found == header.end())
        found = std::find_if(header.begin(), header.end(),
                             [&](std::string_view name) { return plain_name(name) == plain_name(column.place); });
    if (found == header.end())
        throw Error(ExitCode::bad_data, "{}: no column '{}'; the header has: {}", where, column.place,
                    fmt::join(header, ", "));
    return static_cast<std::size_t>(found - header.begin());
}

/// Two names of what a log may call its item: which of them it does is not known here.
void require_one_id(const Fields& header, const std::string& where)
{
    std::vector<std::string_view> ids;
    for (const std::string_view name : header) {
        if (is_item_name(name)) return;
        const auto known = known_item_column(name);
        if (known && known->column == "id" && plain_name(name) != "id") ids.push_back(name);
    }
    if (ids.size() > 1)
        throw Error(ExitCode::bad_data, "{}: '{}' and '{}' could both be the id: write --item-columns id={},title=…",
                    where, ids[0], ids[1], ids[0]);
}

/// The best known name of each column that other commands use.
void find_known(const Fields& header, const std::string& where, ItemLayout& layout)
{
    require_one_id(header, where);
    for (const std::string_view column : {"id", "title", "genres"}) {
        int best = std::numeric_limits<int>::max();
        std::size_t at = header.size();
        for (std::size_t f = 0; f < header.size(); ++f)
            if (const auto known = known_item_column(header[f]);
                known && known->column == column && known->order < best) {
                best = known->order;
                at = f;
            }
        if (at == header.size()) continue;
        layout.columns[at] = column;
        if (column == "id") layout.id = at;
        if (column == "genres" && header[at].ends_with(":token_seq")) layout.sets[at] = ' ';
    }
}

/// True where a field can only be the name of a column: "movie" and "genre" may be a title and a genre, "movie_id" and
/// "genres" may not.
bool is_header(const Fields& fields)
{
    constexpr std::array<std::string_view, 7> names = {"item", "asin", "sku", "isbn", "title", "name", "genres"};
    return std::ranges::any_of(fields, [&](std::string_view field) {
        const std::string plain = plain_name(field);
        const auto known = known_item_column(field);
        return std::ranges::find(names, plain) != names.end() ||
               (known && known->column == "id" && plain.ends_with("id"));
    });
}

/// Names the columns that were asked for; all others keep the names of the header, where there is one.
void place_columns(const Fields& first, const ItemColumnSpec& spec, const std::string& where, ItemLayout& layout)
{
    for (const ItemColumn& column : spec.columns())
        std::ranges::replace(layout.columns, column.name, std::string());  // another column of the same name
    for (const ItemColumn& column : spec.columns()) {
        auto at = position_of(column.place);
        if (!at) at = find_column(first, column, where);
        if (*at >= layout.columns.size())
            throw Error(ExitCode::bad_data, "{}: no column {} for '{}': the line has {} fields, from 0", where, *at,
                        column.name, layout.columns.size());
        layout.columns[*at] = column.name;
        layout.sets[*at] = column.set;
        if (column.name == "id") layout.id = *at;
    }
}

/// With and without a header.
ItemLayout table_layout(const std::string& where, const FirstItemLine& first, const ItemColumnSpec& spec)
{
    const std::string_view line = first.line.text;
    ItemLayout layout{.separator = first.separator.value_or(separator_of(line))};
    FieldSplitter splitter(layout.separator);
    Fields fields;
    if (!splitter.split(line, fields)) throw Error(ExitCode::bad_data, "{}: the header has a bad quote", where);
    layout.header = !spec.by_position() || is_header(fields);
    layout.width = fields.size();
    layout.columns.resize(fields.size());
    layout.sets.resize(fields.size());
    if (spec.empty() && !is_header(fields))
        throw Error(
            ExitCode::bad_data,
            "{}: '{}' names no column that is known; is it a header? Say --item-columns id=NAME,title=NAME, or, "
            "where the file has none, positions: id=0,title=1,genres=2",
            where, line.substr(0, 100));
    if (layout.header)
        for (std::size_t f = 0; f < fields.size(); ++f) layout.columns[f] = header_name(fields[f]);
    for (std::size_t f = 0; f < fields.size(); ++f)
        if (std::count(layout.columns.begin(), layout.columns.begin() + static_cast<std::ptrdiff_t>(f),
                       layout.columns[f]))
            layout.columns[f].clear();  // of two columns of one name the first is kept
    if (spec.empty()) find_known(fields, where, layout);
    place_columns(fields, spec, where, layout);
    layout.columns[layout.id].clear();
    return layout;
}

/// Each line may have the name of its row in front, which the header lacks.
ItemLayout with_row_names(ItemLayout layout, const Line& header, std::string_view head)
{
    if (!layout.header) return layout;
    const auto records = head_records(head);
    const auto next = std::ranges::find_if(records, [&](const HeadRecord& r) { return r.line > header.number; });
    const auto rows = std::span(records).subspan(static_cast<std::size_t>(next - records.begin()));
    if (!rows_are_named(rows, layout.separator, layout.width)) return layout;
    layout.columns.insert(layout.columns.begin(), std::string());
    layout.sets.insert(layout.sets.begin(), '\0');
    ++layout.id;
    ++layout.width;
    return layout;
}

}  // namespace

FirstItemLine first_item_line(LineSource& source)
{
    FirstItemLine first;
    Line& line = first.line;
    while (source.next(line)) {
        const auto begin = line.text.find_first_not_of(" \t");
        if (begin == line.text.npos) continue;
        if (!first.separator && (first.separator = separator_line(line.text))) continue;
        if (!line.text.starts_with('#')) return first;
        const auto content = line.text.substr(std::min(line.text.find_first_not_of("# \t"), line.text.size()));
        Fields fields;
        if (FieldSplitter(first.separator.value_or(separator_of(content))).split(content, fields) &&
            fields.size() > 1 && is_header(fields)) {
            line.text = content;
            return first;
        }
        if (!is_comment(line.text, 0, 0) && separator_of(line.text) != Separator::comma) return first;
        if (!is_comment(line.text, 0, 0) && line.text.find(',') != line.text.npos) return first;
    }
    throw Error(ExitCode::bad_data, "{}: the item file is empty", source.path(0));
}

ItemLayout item_layout(const std::string& path, const FirstItemLine& first_line, std::string_view head,
                       const ItemColumnSpec& columns)
{
    const Line& first = first_line.line;
    const auto begin = std::min(first.text.find_first_not_of(" \t"), first.text.size());
    if (first.text.substr(begin).starts_with('{') || first.text.substr(begin).starts_with('[')) return {.json = true};
    const std::string where = fmt::format("{}:{}", path, first.number);
    if (!columns.empty() || first_line.separator)
        return with_row_names(table_layout(where, first_line, columns), first, head);
    Fields fields;
    if (FieldSplitter(Separator::bar).split(first.text, fields) && has_flags(fields))
        return {.separator = Separator::bar,
                .columns = {"", "title", "released"},
                .sets = {'\0', '\0', '\0'},
                .width = fields.size(),
                .flags = flag_names(path)};
    if (FieldSplitter(Separator::double_colon).split(first.text, fields) && fields.size() > 1 && !is_header(fields))
        return {.separator = Separator::double_colon,
                .columns = {"", "title", "genres"},
                .sets = {'\0', '\0', '\0'},
                .width = 3};
    return with_row_names(table_layout(where, first_line, columns), first, head);
}

}  // namespace alster
