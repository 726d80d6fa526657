#include "data/ingest/field_splitter.hpp"

#include <csv.h>

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

void split_at_blanks(std::string_view line, std::vector<std::string_view>& fields)
{
    constexpr std::string_view blanks = " \t,";
    for (auto begin = line.find_first_not_of(blanks); begin != line.npos; begin = line.find_first_not_of(blanks)) {
        line.remove_prefix(begin);
        const auto end = line.find_first_of(blanks);
        fields.push_back(line.substr(0, end));
        line.remove_prefix(fields.back().size());
    }
}

}  // namespace

/// libcsv reuses its buffer for each field, so the fields are gathered in `bytes`.
struct FieldSplitter::CsvState {
    csv_parser parser{};
    std::string bytes;
    std::vector<std::size_t> ends;
    int rows = 0;

    CsvState()
    {
        if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) throw std::bad_alloc();
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

FieldSplitter::FieldSplitter(Separator separator) : separator_(separator) {}
FieldSplitter::~FieldSplitter() = default;

bool FieldSplitter::split_quoted(std::string_view line, std::vector<std::string_view>& fields)
{
    if (!csv_) csv_ = std::make_unique<CsvState>();
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
    std::size_t begin = 0;
    for (const std::size_t end : csv_->ends) {
        fields.push_back(std::string_view(csv_->bytes).substr(begin, end - begin));
        begin = end;
    }
    return true;
}

bool FieldSplitter::split(std::string_view line, std::vector<std::string_view>& fields)
{
    fields.clear();
    switch (separator_) {
        case Separator::comma:
            if (line.find('"') != line.npos) return split_quoted(line, fields);
            split_at(line, ',', fields);
            break;
        case Separator::tab:
            split_at(line, '\t', fields);
            break;
        case Separator::bar:
            split_at(line, '|', fields);
            break;
        case Separator::double_colon:
            split_at(line, "::", fields);
            break;
        case Separator::blanks:
            split_at_blanks(line, fields);
            break;
    }
    return true;
}

}  // namespace alster
