#include "data/ingest/head_records.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "data/ingest/field_splitter.hpp"

namespace alster {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t") == text.npos; }

}  // namespace

std::vector<HeadRecord> head_records(std::string_view head)
{
    std::vector<HeadRecord> records;
    std::size_t begin = head.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    for (std::int64_t line = 1; begin < head.size(); ++line) {
        const std::size_t end = std::min(head.find('\n', begin), head.size());
        const bool ended = end < head.size();
        std::string_view text = head.substr(begin, end - begin);
        if (text.ends_with('\r')) text.remove_suffix(1);
        begin = std::min(end + 1, head.size());
        if (!is_blank(text)) records.push_back({text, line, begin, ended});
    }
    return records;
}

std::optional<Separator> separator_line(std::string_view line)
{
    if (line.size() >= 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
    constexpr std::string_view mark = "sep=";
    const auto same = [](char a, char b) { return a == std::tolower(static_cast<unsigned char>(b)); };
    if (line.size() < mark.size() + 1 || line.size() > mark.size() + 2 ||
        !std::equal(mark.begin(), mark.end(), line.begin(), same))
        return std::nullopt;
    return Separator::parse(line.substr(mark.size()));
}

bool rows_are_named(std::span<const HeadRecord> rows, Separator separator, std::size_t width)
{
    constexpr std::size_t looked_at = 100;
    if (separator == Separator::comma || separator == Separator::semicolon || rows.empty()) return false;
    FieldSplitter splitter(separator);
    std::vector<std::string_view> fields;
    bool quoted = true, counted = true;
    std::int64_t before = 0;
    for (std::size_t r = 0; r < std::min(rows.size(), looked_at); ++r) {
        if (!splitter.split(rows[r].text, fields) || fields.size() != width + 1 || fields.back().empty()) return false;
        std::int64_t number = -1;
        std::from_chars(fields.front().data(), fields.front().data() + fields.front().size(), number);
        counted = counted && (r == 0 || number == before + 1);
        quoted = quoted && rows[r].text.starts_with('"');
        before = number;
    }
    return quoted || counted;
}

}  // namespace alster
