#include "data/ingest/item_layout.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <span>

#include "data/error.hpp"
#include "data/ingest/attribute_encoder.hpp"
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

/// The type behind the name of a header's column, as in "genres:token_seq"; text where there is none.
AttributeType header_type(std::string_view name)
{
    if (name.ends_with(":token")) return AttributeType::category;
    if (name.ends_with(":token_seq")) return AttributeType::set;
    return name.ends_with(":float") ? AttributeType::number : AttributeType::text;
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
    if (std::find(found + 1, header.end(), *found) != header.end())
        throw Error(ExitCode::bad_data, "{}: the header names '{}' twice; give the position of '{}': {}", where, *found,
                    column.name, fmt::join(header, ", "));
    return static_cast<std::size_t>(found - header.begin());
}

/// Two names of what a log may call its item: which of them it does is not known here.
void require_one_id(const Fields& header, const std::string& where, Side side)
{
    std::vector<std::string_view> ids;
    for (const std::string_view name : header) {
        if (is_name_of_id(side, name)) return;
        const auto known = known_description(side, name);
        if (known && known->column == "id" && plain_name(name) != "id") ids.push_back(name);
    }
    if (ids.size() > 1)
        throw Error(ExitCode::bad_data, "{}: '{}' and '{}' could both be the id: write {} id={},…", where, ids[0],
                    ids[1], columns_option(side), ids[0]);
}

/// The best known name of each column that other commands use.
void find_known(const Fields& header, const std::string& where, Side side, ItemLayout& layout)
{
    require_one_id(header, where, side);
    for (const std::string_view column : {"id", "title", "genres"}) {
        int best = std::numeric_limits<int>::max();
        std::size_t at = header.size();
        for (std::size_t f = 0; f < header.size(); ++f)
            if (const auto known = known_description(side, header[f]);
                known && known->column == column && known->order < best) {
                best = known->order;
                at = f;
            }
        if (at == header.size()) continue;
        layout.columns[at] = column;
        if (column == "id") layout.id = at;
        if (column == "title") {
            layout.types[at] = AttributeType::text;
            layout.sets[at] = '\0';
        }
        if (column != "genres" || layout.types[at] == AttributeType::set) continue;
        layout.types[at] = AttributeType::set;
        layout.sets[at] = '|';
    }
}

/// True where a field can only be the name of a column: "movie" and "genre" may be a title and a genre, "movie_id" and
/// "genres" may not.
bool is_header(const Fields& fields, Side side)
{
    constexpr std::array<std::string_view, 7> of_items = {"item", "asin", "sku", "isbn", "title", "name", "genres"};
    return std::ranges::any_of(fields, [&](std::string_view field) {
        const std::string plain = plain_name(field);
        const auto known = known_description(side, field);
        const bool named = side == Side::items ? std::ranges::find(of_items, plain) != of_items.end() : plain == "user";
        return named || (known && known->column == "id" && plain.ends_with("id"));
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
        layout.types[*at] = column.type.value_or(AttributeType::text);
        if (column.name == "id") layout.id = *at;
    }
}

[[noreturn]] void refuse_first_line(const std::string& where, std::string_view line, Side side)
{
    throw Error(ExitCode::bad_data,
                "{}: '{}' names no column that is known; is it a header? Say {} {}, or, where the file has none, "
                "positions: {}",
                where, line.substr(0, 100), columns_option(side),
                side == Side::items ? "id=NAME,title=NAME" : "id=NAME,profile=NAME:category",
                side == Side::items ? "id=0,title=1,genres=2:set" : "id=0,profile=1:category");
}

/// Names and types of the columns of a header.
void read_header(const Fields& fields, ItemLayout& layout)
{
    for (std::size_t f = 0; f < fields.size(); ++f) {
        layout.columns[f] = header_name(fields[f]);
        layout.types[f] = header_type(fields[f]);
        if (layout.types[f] == AttributeType::set) layout.sets[f] = ' ';
    }
}

/// With and without a header.
ItemLayout table_layout(const std::string& where, const FirstItemLine& first, const ItemColumnSpec& spec, Side side)
{
    const std::string_view line = first.line.text;
    ItemLayout layout{.separator = first.separator.value_or(separator_of(line))};
    FieldSplitter splitter(layout.separator);
    Fields fields;
    if (!splitter.split(line, fields)) throw Error(ExitCode::bad_data, "{}: the header has a bad quote", where);
    layout.header = !spec.by_position() || is_header(fields, side);
    layout.width = fields.size();
    layout.columns.resize(fields.size());
    layout.types.resize(fields.size());
    layout.sets.resize(fields.size());
    if (spec.empty() && !is_header(fields, side)) refuse_first_line(where, line, side);
    if (layout.header) read_header(fields, layout);
    for (std::size_t f = 0; f < fields.size(); ++f)
        if (std::count(layout.columns.begin(), layout.columns.begin() + static_cast<std::ptrdiff_t>(f),
                       layout.columns[f]))
            layout.columns[f].clear();  // of two columns of one name the first is kept
    if (spec.empty()) find_known(fields, where, side, layout);
    place_columns(fields, spec, where, layout);
    layout.columns[layout.id].clear();
    return layout;
}

/// A layout whose columns and types are known; the first one is the id.
ItemLayout known_layout(Separator separator, std::size_t width,
                        std::initializer_list<std::pair<const char*, AttributeType>> columns)
{
    ItemLayout layout{.separator = separator, .width = width};
    for (const auto& [name, type] : columns) {
        layout.columns.emplace_back(name);
        layout.types.push_back(type);
        layout.sets.push_back(type == AttributeType::set ? '|' : '\0');
    }
    return layout;
}

std::optional<ItemLayout> known_layout_of_items(const std::string& path, std::string_view line)
{
    Fields fields;
    if (FieldSplitter(Separator::bar).split(line, fields) && has_flags(fields)) {
        auto layout = known_layout(
            Separator::bar, fields.size(),
            {{"", AttributeType::text}, {"title", AttributeType::text}, {"released", AttributeType::time}});
        layout.flags = flag_names(path);
        return layout;
    }
    if (FieldSplitter(Separator::double_colon).split(line, fields) && fields.size() > 1 &&
        !is_header(fields, Side::items))
        return known_layout(
            Separator::double_colon, 3,
            {{"", AttributeType::text}, {"title", AttributeType::text}, {"genres", AttributeType::set}});
    return std::nullopt;
}

/// users.dat has id::gender::age::occupation::zip, u.user id|age|gender|occupation|zip.
std::optional<ItemLayout> known_layout_of_users(std::string_view line)
{
    constexpr std::size_t width = 5;
    const auto is_gender = [](std::string_view text) { return text == "M" || text == "F"; };
    const std::pair<const char*, AttributeType> id{"", AttributeType::text}, gender{"gender", AttributeType::category},
        age{"age", AttributeType::number}, occupation{"occupation", AttributeType::category},
        zip{"zip", AttributeType::text};
    Fields fields;
    if (FieldSplitter(Separator::double_colon).split(line, fields) && fields.size() == width && is_gender(fields[1]))
        return known_layout(Separator::double_colon, width, {id, gender, age, occupation, zip});
    if (FieldSplitter(Separator::bar).split(line, fields) && fields.size() == width && is_gender(fields[2]))
        return known_layout(Separator::bar, width, {id, age, gender, occupation, zip});
    return std::nullopt;
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
    layout.types.insert(layout.types.begin(), AttributeType::text);
    layout.sets.insert(layout.sets.begin(), '\0');
    ++layout.id;
    ++layout.width;
    return layout;
}

}  // namespace

FirstItemLine first_item_line(LineSource& source, Side side)
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
            fields.size() > 1 && is_header(fields, side)) {
            line.text = content;
            return first;
        }
        if (!is_comment(line.text, 0, 0) && separator_of(line.text) != Separator::comma) return first;
        if (!is_comment(line.text, 0, 0) && line.text.find(',') != line.text.npos) return first;
    }
    throw Error(ExitCode::bad_data, "{}: the file of {} is empty", source.path(0), name(side));
}

ItemLayout item_layout(const std::string& path, const FirstItemLine& first_line, std::string_view head,
                       const ItemColumnSpec& columns, Side side)
{
    const Line& first = first_line.line;
    const auto begin = std::min(first.text.find_first_not_of(" \t"), first.text.size());
    if (first.text.substr(begin).starts_with('{') || first.text.substr(begin).starts_with('[')) return {.json = true};
    const std::string where = fmt::format("{}:{}", path, first.number);
    if (columns.empty() && !first_line.separator) {
        auto known = side == Side::items ? known_layout_of_items(path, first.text) : known_layout_of_users(first.text);
        if (known) return *known;
    }
    return with_row_names(table_layout(where, first_line, columns, side), first, head);
}

}  // namespace alster
