#include "data/ingest/item_catalogue.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "data/error.hpp"
#include "data/ingest/attribute_encoder.hpp"
#include "data/ingest/event.hpp"
#include "data/ingest/field_splitter.hpp"
#include "data/ingest/item_json.hpp"
#include "data/ingest/item_layout.hpp"
#include "data/ingest/item_texts.hpp"
#include "data/ingest/json_objects.hpp"
#include "data/ingest/table_head.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

std::string joined_flags(const std::vector<std::string>& names, const std::vector<std::string_view>& fields)
{
    std::string genres;
    for (std::size_t g = 0; g < names.size() && item_flags_begin + g < fields.size(); ++g)
        if (fields[item_flags_begin + g] == "1") {
            if (!genres.empty()) genres += set_mark;
            genres += names[g];
        }
    return genres;
}

class TableItems {
public:
    TableItems(ItemLayout layout, std::string header, ItemTexts& texts)
        : layout_(std::move(layout)), header_(std::move(header)), texts_(texts), splitter_(layout_.separator)
    {
        for (std::size_t c = 0; c < layout_.columns.size(); ++c)
            if (!layout_.columns[c].empty()) texts_.add_column(layout_.columns[c], layout_.types[c]);
        if (!layout_.flags.empty()) texts_.add_column("genres", AttributeType::set);
    }

    /// Lines that say nothing of an item: comments, the header again, the Ctrl-Z that ends a file of DOS.
    [[nodiscard]] bool passes_over(std::string_view line)
    {
        if (line.find_first_not_of(" \t") == line.npos || line == "\x1A") return true;
        if (!header_.empty() && line == header_) return true;
        return line.starts_with('#') && splitter_.split(line, fields_) &&
               is_comment(line, fields_.size(), layout_.width);
    }

    [[nodiscard]] Defect read(std::string_view line)
    {
        detail_.clear();
        if (line.find('\0') != line.npos) return Defect::nul_byte;
        if (!splitter_.split(line, fields_)) return Defect::bad_quoting;
        if (fields_.size() < std::max(needed(), layout_.id + 1)) return Defect::missing_column;
        // empty ones behind the last are of separators that end a line
        while (fields_.size() > layout_.width && fields_.back().empty()) fields_.pop_back();
        if (fields_.size() > layout_.width) {
            detail_ = fmt::format("{}, not {}", fields_.size(), layout_.width);
            return Defect::surplus_fields;
        }
        if (const Defect defect = check_id(fields_[layout_.id]); defect != Defect::none) return defect;
        std::vector<NamedText> values;
        for (std::size_t c = 0; c < layout_.columns.size(); ++c)
            if (const auto& name = layout_.columns[c]; !name.empty() && c < fields_.size())
                values.emplace_back(
                    name, layout_.sets[c] == '\0' ? std::string(fields_[c]) : joined_set(fields_[c], layout_.sets[c]));
        if (!layout_.flags.empty()) values.emplace_back("genres", joined_flags(layout_.flags, fields_));
        texts_.keep(fields_[layout_.id], values);
        return Defect::none;
    }

    [[nodiscard]] std::string_view detail() const { return detail_; }

    /// Whether a text that may be of several lines is one row, quoted as it should be.
    [[nodiscard]] bool is_record(std::string_view text)
    {
        return splitter_.split(text, fields_) && !splitter_.literal() && fields_.size() == layout_.width;
    }

private:
    /// A line must have the columns that have a name.
    [[nodiscard]] std::size_t needed() const
    {
        std::size_t fields = layout_.columns.size();
        while (fields > 0 && layout_.columns[fields - 1].empty()) --fields;
        return fields;
    }

    ItemLayout layout_;
    std::string header_;  // the line; "": there is none
    ItemTexts& texts_;
    FieldSplitter splitter_;
    std::vector<std::string_view> fields_;
    std::string detail_;
};

template <class Items>
void read_record(Items& items, const std::string& path, const Line& line, Quarantine& quarantine)
{
    const Defect defect = items.read(line.text);
    if (defect == Defect::none)
        quarantine.pass();
    else
        quarantine.keep(path, line, defect, items.detail());
}

/// A quoted text that does not end in its line may end in one of the next. Where it does not, the line is as it was,
/// and the next ones are read as if nothing had been.
void join_lines(LineSource& source, Line& line, TableItems& items)
{
    constexpr std::size_t longest_record = std::size_t{1} << 16;
    QuoteCount quotes;
    quotes.add(line.text);
    if ((!quotes.open() && !quotes.open_with_escapes()) || items.is_record(line.text)) return;
    std::size_t seen = line.text.size();
    while (seen < longest_record && source.extend(line)) {
        quotes.add(line.text.substr(seen));
        seen = line.text.size();
        if ((!quotes.open() || !quotes.open_with_escapes()) && items.is_record(line.text)) return;
    }
    source.restore(line);
}

/// From `line` on.
void read_table(LineSource& source, Line line, TableItems& items, Quarantine& quarantine)
{
    do {
        if (items.passes_over(line.text)) continue;
        join_lines(source, line, items);
        read_record(items, source.path(line.file), line, quarantine);
    } while (!quarantine.hopeless() && source.next(line));
}

void read_json(LineSource& source, Line line, JsonItems& items, Quarantine& quarantine, Side side)
{
    std::vector<std::string_view> objects;
    do {
        split_objects(line.text, objects);
        for (std::size_t i = 0; i < objects.size() && !quarantine.hopeless(); ++i) {
            line.text = objects[i];
            read_record(items, source.path(line.file), line, quarantine);
            if (const auto& ids = items.doubtful_ids(); !ids.empty())
                throw Error(ExitCode::bad_data, "{}:{}: '{}' and '{}' could both be the id: write {} id={},…",
                            source.path(line.file), line.number, ids[0], ids[1], columns_option(side), ids[0]);
        }
    } while (!quarantine.hopeless() && source.next(line));
}

}  // namespace

std::string utf8_from_latin1(std::string_view text)
{
    if (simdjson::validate_utf8(text.data(), text.size())) return std::string(text);
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            result += c;
        } else {
            result += static_cast<char>(0xC0 | (byte >> 6));
            result += static_cast<char>(0x80 | (byte & 0x3F));
        }
    }
    return result;
}

ItemCatalogue read_items(const std::string& path, const IdIndex& items, Quarantine& quarantine,
                         const ItemColumnSpec& columns, Side side, const std::function<void(std::string_view)>& on_id)
{
    ItemTexts texts(items, on_id);
    LineSource source({path}, whole_files(1), Records::json_objects);
    const FirstItemLine first = first_item_line(source, side);
    Line line = first.line;
    const ItemLayout layout = item_layout(path, first, source.head(), columns, side);
    if (layout.json) {
        JsonItems objects(columns, texts, side);
        require_end_of_array(path);
        read_json(source, line, objects, quarantine, side);
        if (const ItemColumn* column = objects.column_without_key())
            throw Error(ExitCode::bad_data, "{}: no object has the key '{}', which {} names for '{}'", path,
                        printable(column->place), columns_option(side), printable(column->name));
        return texts.result();
    }
    TableItems table(layout, layout.header ? std::string(line.text) : "", texts);
    if (!layout.header || source.next(line)) read_table(source, line, table, quarantine);
    return texts.result();
}

}  // namespace alster
