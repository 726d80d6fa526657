#include "data/ingest/interaction_reader.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "data/error.hpp"
#include "data/ingest/json_objects.hpp"

namespace alster {

namespace {

constexpr ColumnPositions no_columns = {-1, -1, -1, -1, -1, -1, -1};

int& at(ColumnPositions& positions, EventColumn column) { return positions[static_cast<std::size_t>(column)]; }

ColumnPositions default_positions(std::size_t fields)
{
    ColumnPositions positions = no_columns;
    at(positions, EventColumn::user) = 0;
    at(positions, EventColumn::item) = 1;
    if (fields > 2) at(positions, EventColumn::value) = 2;
    if (fields > 3) at(positions, EventColumn::time) = 3;
    return positions;
}

Separator movielens_separator(std::string_view line)
{
    if (line.find("::") != line.npos) return Separator::double_colon;
    return line.find('\t') != line.npos ? Separator::tab : Separator::comma;
}

/// "userId,movieId,rating,timestamp": a rating and a time may each be missing.
ColumnPositions movielens_positions(std::span<const std::string_view> header)
{
    ColumnPositions positions = default_positions(2);
    for (std::size_t f = 2; f < header.size(); ++f) {
        if (header[f] == "rating") at(positions, EventColumn::value) = static_cast<int>(f);
        if (header[f] == "timestamp") at(positions, EventColumn::time) = static_cast<int>(f);
    }
    return positions;
}

bool is_movielens_header(std::string_view field)
{
    constexpr std::string_view user = "user";
    return field.size() >= user.size() &&
           std::equal(user.begin(), user.end(), field.begin(), [](char a, char b) { return a == std::tolower(b); });
}

}  // namespace

Records records_of(LogFormat format) { return format == LogFormat::jsonl ? Records::json_objects : Records::lines; }

InteractionReader::InteractionReader(std::vector<std::string> paths, LogLayout layout)
    : InteractionReader(paths, whole_files(paths.size()), std::move(layout))
{
}

InteractionReader::InteractionReader(std::vector<std::string> paths, std::vector<FilePart> parts, LogLayout layout)
    : source_(std::move(paths), std::move(parts), records_of(layout.format)),
      layout_(std::move(layout)),
      file_(std::string::npos)
{
    const bool table = layout_.format == LogFormat::csv || layout_.format == LogFormat::tsv;
    if (layout_.header && !table) throw Error(ExitCode::usage, "--header goes with --format csv and tsv only");
    if (!layout_.columns.empty() && !table && layout_.format != LogFormat::jsonl)
        throw Error(ExitCode::usage, "--columns goes with --format csv, tsv and jsonl only");
    if (table && !layout_.header && !layout_.columns.by_position())
        throw Error(ExitCode::usage, "--columns by name needs --header; without a header give positions, as in user=0");
}

bool InteractionReader::next()
{
    const bool found = layout_.format == LogFormat::jsonl ? next_object() : next_line();
    if (found) defect_ = read_line();
    return found;
}

bool InteractionReader::next_line()
{
    do
        if (!source_.next(line_)) return false;
    while (line_.text.empty());
    if (line_.file == file_) return true;
    file_ = line_.file;
    const bool is_header = begin_file();
    return is_header ? next_line() : true;
}

bool InteractionReader::next_object()
{
    while (next_object_ == objects_.size()) {
        if (!next_line()) return false;
        split_objects(line_.text, objects_);
        next_object_ = 0;
    }
    line_.text = objects_[next_object_++];
    return true;
}

Defect InteractionReader::read_line()
{
    if (line_.text.find('\0') != line_.text.npos) return Defect::nul_byte;
    Defect defect = parser_->parse(line_.text, events_);
    for (std::size_t i = 0; defect == Defect::none && i < events_.size(); ++i)
        defect = read_time(layout_.times, events_[i]);
    return defect;
}

/// Makes the parser of a file from its first line that is not empty; true where line_ is that line, and a header.
bool InteractionReader::begin_file()
{
    if (source_.part().begin == 0) return make_parser(line_);
    LineSource beginning({path()});
    Line first;
    while (beginning.next(first) && first.text.empty()) continue;
    first.file = line_.file;
    const bool has_header = make_parser(first);
    return has_header && first.begin == line_.begin;
}

/// True where the line is a header.
bool InteractionReader::make_parser(const Line& first)
{
    switch (layout_.format) {
        case LogFormat::csv:
            return make_table(first, Separator::comma);
        case LogFormat::tsv:
            return make_table(first, Separator::tab);
        case LogFormat::movielens:
            return make_movielens(first);
        case LogFormat::jsonl:
            parser_ = json_parser(layout_.columns);
            break;
        case LogFormat::pairs:
            parser_ = delimited_parser(Separator::blanks, default_positions(2));
            break;
        case LogFormat::lists:
            parser_ = list_parser();
            break;
    }
    return false;
}

bool InteractionReader::make_table(const Line& first, Separator separator)
{
    FieldSplitter splitter(separator);
    std::vector<std::string_view> fields;
    const bool split = splitter.split(first.text, fields);
    if (layout_.header && !split)
        throw Error(ExitCode::bad_data, "{}:{}: the header has a bad quote", path(), first.number);
    ColumnPositions positions{};
    if (layout_.columns.empty())
        positions = default_positions(fields.size());
    else if (layout_.columns.by_position())
        positions = layout_.columns.positions();
    else
        positions = layout_.columns.positions(fields, fmt::format("{}:{}", path(), first.number));
    parser_ = delimited_parser(separator, positions);
    return layout_.header;
}

bool InteractionReader::make_movielens(const Line& first)
{
    const Separator separator = movielens_separator(first.text);
    FieldSplitter splitter(separator);
    std::vector<std::string_view> fields;
    const bool header = splitter.split(first.text, fields) && is_movielens_header(fields.front());
    parser_ = delimited_parser(separator, header ? movielens_positions(fields) : default_positions(fields.size()));
    return header;
}

}  // namespace alster
