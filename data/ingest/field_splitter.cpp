#include "data/ingest/field_splitter.hpp"

#include <csv.h>

#include <algorithm>
#include <new>

namespace alster {

namespace {

std::string_view trimmed(std::string_view text)
{
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

void split_at(std::string_view line, char separator, std::vector<std::string_view>& fields)
{
    for (auto end = line.find(separator); end != line.npos; end = line.find(separator)) {
        fields.push_back(trimmed(line.substr(0, end)));
        line.remove_prefix(end + 1);
    }
    fields.push_back(trimmed(line));
}

void split_at(std::string_view line, std::string_view separator, std::vector<std::string_view>& fields)
{
    for (auto end = line.find(separator); end != line.npos; end = line.find(separator)) {
        fields.push_back(trimmed(line.substr(0, end)));
        line.remove_prefix(end + separator.size());
    }
    fields.push_back(trimmed(line));
}

void split_at_any(std::string_view line, std::string_view blanks, std::vector<std::string_view>& fields)
{
    for (auto begin = line.find_first_not_of(blanks); begin != line.npos; begin = line.find_first_not_of(blanks)) {
        line.remove_prefix(begin);
        const auto end = line.find_first_of(blanks);
        fields.push_back(line.substr(0, end));
        line.remove_prefix(fields.back().size());
    }
}

/// ="007" is how a text that looks like a number is kept from Excel: as a field, and inside of one ("=""007""").
std::string_view without_formula(std::string_view field)
{
    const bool formula = field.size() > 3 && field.starts_with("=\"") && field.find('"', 2) == field.size() - 1;
    return formula ? field.substr(2, field.size() - 3) : field;
}

/// The line without the '=' in front of quoted fields; false where there is none.
bool drop_formulas(std::string_view line, char separator, std::string& result)
{
    result.clear();
    for (std::size_t i = 0; i < line.size(); ++i) {
        const bool begins = i == 0 || line[i - 1] == separator;
        if (!(begins && line.substr(i).starts_with("=\""))) result += line[i];
    }
    return result.size() < line.size();
}

/// An odd number of backslashes before a quote takes its meaning.
bool is_escaped(std::string_view text, std::size_t quote)
{
    std::size_t backslashes = 0;
    while (backslashes < quote && text[quote - backslashes - 1] == '\\') ++backslashes;
    return backslashes % 2 == 1;
}

/// Quotes behind a backslash become doubled ones; false where there are none.
bool double_escaped_quotes(std::string_view line, std::string& result)
{
    result.clear();
    bool any = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"' && is_escaped(line, i)) {
            result.back() = '"';
            any = true;
        }
        result += line[i];
    }
    return any;
}

/// Where the quote that `text` begins with ends; npos where it does not.
std::size_t closing_quote(std::string_view text)
{
    for (auto quote = text.find('"', 1); quote != text.npos; quote = text.find('"', quote + 1)) {
        if (is_escaped(text, quote)) continue;
        if (quote + 1 == text.size() || text[quote + 1] != '"') return quote;
        ++quote;
    }
    return text.npos;
}

/// What stands between two quotes, with single quotes for doubled and escaped ones; `bytes` has room for it.
std::string_view append_unescaped(std::string_view text, std::string& bytes)
{
    const std::size_t begin = bytes.size();
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool two = i + 1 < text.size() && text[i + 1] == '"' && (text[i] == '"' || text[i] == '\\');
        bytes += text[two ? ++i : i];
    }
    return std::string_view(bytes).substr(begin);
}

}  // namespace

/// libcsv reuses its buffer for each field, so the fields are gathered in `bytes`.
struct FieldSplitter::CsvState {
    csv_parser parser{};
    std::string bytes;
    std::vector<std::size_t> ends;
    int rows = 0;

    explicit CsvState(char separator)
    {
        if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
        csv_set_delim(&parser, static_cast<unsigned char>(separator));
        csv_set_space_func(&parser, [](unsigned char c) -> int { return c == CSV_SPACE; });
    }
    CsvState(const CsvState&) = delete;
    CsvState& operator=(const CsvState&) = delete;
    ~CsvState() { csv_free(&parser); }

    static void add(void* field, std::size_t size, void* state)
    {
        auto& self = *static_cast<CsvState*>(state);
        self.bytes.append(static_cast<const char*>(field), size);
        self.ends.push_back(self.bytes.size());
    }
};

FieldSplitter::FieldSplitter(Separator separator, std::size_t width) : separator_(separator), width_(width) {}
FieldSplitter::~FieldSplitter() = default;

bool FieldSplitter::split_csv(std::string_view line, std::vector<std::string_view>& fields)
{
    if (!csv_) csv_ = std::make_unique<CsvState>(separator_.byte());
    csv_->bytes.clear();
    csv_->ends.clear();
    csv_->rows = 0;
    const auto row_ends = [](int, void* state) { ++static_cast<CsvState*>(state)->rows; };
    if (csv_parse(&csv_->parser, line.data(), line.size(), CsvState::add, row_ends, csv_.get()) != line.size() ||
        csv_fini(&csv_->parser, CsvState::add, row_ends, csv_.get()) != 0 ||
        csv_->rows != 1) {  // libcsv takes a bare CR for the end of a line
        csv_.reset();       // its state must not reach into the next line
        return false;
    }
    fields.clear();
    std::size_t begin = 0;
    for (const std::size_t end : csv_->ends) {
        fields.push_back(std::string_view(csv_->bytes).substr(begin, end - begin));
        begin = end;
    }
    return true;
}

/// libcsv knows no runs of separators.
bool FieldSplitter::split_quoted_blanks(std::string_view line, std::vector<std::string_view>& fields)
{
    fields.clear();
    unescaped_.clear();
    unescaped_.reserve(line.size());  // views of it hold
    constexpr std::string_view blanks = " 	";
    for (auto begin = line.find_first_not_of(blanks); begin != line.npos; begin = line.find_first_not_of(blanks)) {
        line.remove_prefix(begin);
        if (line.front() == '"') {
            const auto end = closing_quote(line);
            if (end == line.npos || (end + 1 < line.size() && blanks.find(line[end + 1]) == blanks.npos)) return false;
            fields.push_back(append_unescaped(line.substr(1, end - 1), unescaped_));
            line.remove_prefix(end + 1);
        } else {
            fields.push_back(line.substr(0, line.find_first_of(blanks)));
            if (fields.back().find('"') != line.npos) return false;
            line.remove_prefix(fields.back().size());
        }
    }
    return true;
}

/// As strict as RFC 4180 first: a backslash may be the last byte of a field.
bool FieldSplitter::split_quoted(std::string_view line, std::vector<std::string_view>& fields)
{
    if (separator_ == Separator::blanks) {
        if (split_quoted_blanks(line, fields)) return true;
    } else {
        if (split_csv(line, fields)) return true;
        if (double_escaped_quotes(line, unescaped_) && split_csv(unescaped_, fields)) return true;
    }
    if (line.find('\n') != line.npos) return false;
    fields.clear();
    split_plain(line, fields);
    const auto begins_quoted = [](std::string_view field) { return field.starts_with('"'); };
    literal_ = separator_ == Separator::tab || separator_ == Separator::bar ||
               (fields.size() == width_ && std::none_of(fields.begin(), fields.end(), begins_quoted));
    if (!literal_) fields.clear();
    return literal_;
}

void FieldSplitter::split_plain(std::string_view line, std::vector<std::string_view>& fields) const
{
    switch (separator_.kind()) {
        case Separator::Kind::byte:
            return split_at(line, separator_.byte(), fields);
        case Separator::Kind::double_colon:
            return split_at(line, "::", fields);
        case Separator::Kind::blanks:
            return split_at_any(line, " \t", fields);
        case Separator::Kind::loose:
            return split_at_any(line, " \t,", fields);
    }
}

bool FieldSplitter::split(std::string_view line, std::vector<std::string_view>& fields)
{
    fields.clear();
    literal_ = false;
    const bool may_be_quoted = separator_.kind() == Separator::Kind::byte || separator_ == Separator::blanks;
    if (may_be_quoted && line.find('"') != line.npos) {
        const bool byte = separator_.kind() == Separator::Kind::byte;
        if (byte && line.find("=\"") != line.npos && drop_formulas(line, separator_.byte(), plain_)) line = plain_;
        const bool split = split_quoted(line, fields);
        for (std::string_view& field : fields) field = without_formula(field);
        return split;
    }
    split_plain(line, fields);
    return true;
}

void QuoteCount::add(std::string_view text)
{
    for (auto quote = text.find('"'); quote != text.npos; quote = text.find('"', quote + 1)) {
        ++all_;
        if (!is_escaped(text, quote)) ++plain_;
    }
}

}  // namespace alster
