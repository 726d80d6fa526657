#include "data/ingest/interaction_reader.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "data/error.hpp"
#include "data/ingest/header_check.hpp"
#include "data/ingest/json_objects.hpp"
#include "data/ingest/other_layouts.hpp"

namespace alster {

namespace {

constexpr std::size_t longest_record = std::size_t{1} << 20;
constexpr std::string_view end_of_dos = "\x1A";  // Ctrl-Z in a line of its own
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

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
    if (layout_.header.value_or(false) && !table)
        throw Error(ExitCode::usage, "--header goes with --format csv and tsv only");
    if (!layout_.columns.empty() && !table && layout_.format != LogFormat::jsonl)
        throw Error(ExitCode::usage, "--columns goes with --format csv, tsv and jsonl only");
    if (layout_.separator && !table) throw Error(ExitCode::usage, "--separator goes with --format csv and tsv only");
    if (table && layout_.header == false && !layout_.columns.by_position())
        throw Error(ExitCode::usage, "--columns by name needs a header; without one give positions, as in user=0");
}

bool InteractionReader::next()
{
    while (layout_.format == LogFormat::jsonl ? next_object() : next_line()) {
        read_line();
        if (defect_ != Defect::none || !events_.empty() || parser_->passed() == Passed::nothing) return true;
        passed_.headers += parser_->passed() == Passed::header;
        passed_.comments += parser_->passed() == Passed::comment;
    }
    return false;
}

bool InteractionReader::next_line()
{
    while (source_.next(line_)) {
        if (line_.text.empty()) continue;
        if (line_.file != file_) begin_file();
        if (!pass_over()) return true;
    }
    return false;
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

void InteractionReader::read_line()
{
    defect_ = parse();
    if (parser_->may_go_on() && line_.text.find('"') != line_.text.npos) join_lines();
    if (defect_ == Defect::other_header) refuse_header();
    for (std::size_t i = 0; defect_ == Defect::none && i < events_.size(); ++i)
        defect_ = read_time(layout_.times, events_[i]);
}

Defect InteractionReader::parse()
{
    return line_.text.find('\0') == line_.text.npos ? parser_->parse(line_.text, events_) : Defect::nul_byte;
}

void InteractionReader::refuse_header() const
{
    throw Error(
        ExitCode::bad_data,
        "{}: at byte {} stands another header, with other columns: {}; give the files that were joined one by one",
        path(), line_.begin, line_.text);
}

TakenKeys InteractionReader::taken_keys() const
{
    TakenKeys keys = taken_;
    if (parser_) keys.add(parser_->taken_keys());
    return keys;
}

/// The beginning of the file, and the same header or mark again.
bool InteractionReader::pass_over()
{
    if (line_.begin < head_.body) return true;
    if (line_.text.starts_with(byte_order_mark)) line_.text.remove_prefix(byte_order_mark.size());  // of joined files
    if (line_.text == end_of_dos) return true;
    if (line_.text.empty() || (line_.text != head_.header && line_.text != head_.mark)) return line_.text.empty();
    ++passed_.headers;
    return true;
}

/// What the beginning of a file says holds for all of its parts.
void InteractionReader::begin_file()
{
    taken_ = taken_keys();
    file_ = line_.file;
    head_ = {};
    if (layout_.format == LogFormat::jsonl) require_end_of_array(path());
    if (source_.part().begin == 0) {
        parser_ = make_parser(source_.head());
    } else {
        LineSource beginning({path()});
        Line first;
        static_cast<void>(beginning.next(first));
        parser_ = make_parser(beginning.head());
    }
}

std::unique_ptr<LineParser> InteractionReader::make_parser(std::string_view head)
{
    switch (layout_.format) {
        case LogFormat::csv:
        case LogFormat::tsv:
        case LogFormat::movielens:
            return make_table(head);
        case LogFormat::jsonl:
            return json_parser(layout_.columns, file_, layout_.nulls);
        case LogFormat::pairs:
            check_id_lines(head, layout_, path());
            return delimited_parser(
                {.separator = Separator::loose, .positions = default_positions(2), .nulls = layout_.nulls});
        case LogFormat::lists:
            check_id_lines(head, layout_, path());
            return list_parser(layout_.nulls);
    }
    return nullptr;
}

std::unique_ptr<LineParser> InteractionReader::make_table(std::string_view head)
{
    head_ = read_table_head(head, layout_, path());
    if (file_ == 0) first_head_ = head_;
    require_header_as_first();
    for (std::size_t c = 0; c < event_columns; ++c)
        if (head_.positions[c] >= 0) columns_of_files_[file_] |= 1U << c;
    if (columns_.empty()) columns_ = head_.columns;
    return delimited_parser({.separator = head_.separator,
                             .positions = head_.positions,
                             .width = head_.width,
                             .find_headers = layout_.header.value_or(true),
                             .decimal_comma = layout_.decimal_comma,
                             .nulls = layout_.nulls});
}

/// Null where it cannot be read again.
const TableHead* InteractionReader::first_head()
{
    const std::string& first = source_.path(0);
    if (!first_head_ && first == "-") return nullptr;
    if (!first_head_) {
        LineSource beginning({first});
        Line line;
        static_cast<void>(beginning.next(line));
        first_head_ = read_table_head(beginning.head(), layout_, first);
    }
    return &*first_head_;
}

/// Of files that were cut from one the first alone has the header: the positions of the others are unknown. Where all
/// have one, it must say the same of positions that were given.
void InteractionReader::require_header_as_first()
{
    const std::string& first = source_.path(0);
    if (first == path() || (!layout_.columns.empty() && !head_.has_header)) return;
    if (layout_.columns.empty() && (head_.has_header || layout_.header)) return;
    const TableHead* of_first = first_head();
    if (!of_first || !of_first->has_header) return;
    if (layout_.columns.empty())
        throw Error(ExitCode::bad_data,
                    "{}: has no header, but {} has one: say by position what the columns are, as in --columns "
                    "user=0,item=1",
                    path(), first);
    if (layout_.columns.by_position()) require_same_columns(head_.names, of_first->names, path(), first);
}

/// A quoted field that does not end in its line may end in one of the next. Where it does not, the line is read alone
/// and the next ones as if nothing had been.
void InteractionReader::join_lines()
{
    QuoteCount quotes;
    quotes.add(line_.text);
    bool open = quotes.open(), open_with_escapes = quotes.open_with_escapes();
    if ((!open && !open_with_escapes) || parser_->is_record(line_.text)) return;
    const bool usable = defect_ == Defect::none;  // as it stands, so that a stray quote must not take the next rows
    std::size_t seen = line_.text.size();
    while ((open || open_with_escapes) && seen < longest_record && source_.extend(line_)) {
        const std::string_view added = line_.text.substr(seen);
        if (usable && parser_->is_row(added.substr(1))) break;
        quotes.add(added);
        seen = line_.text.size();
        const bool closed = open && !quotes.open(),
                   closed_with_escapes = open_with_escapes && !quotes.open_with_escapes();
        if (!closed && !closed_with_escapes) continue;
        if (parser_->is_record(line_.text)) {
            defect_ = parse();
            crossed_ = crossed_ || source_.last_begin() >= source_.part().end;
            return;
        }
        open = open && !closed;
        open_with_escapes = open_with_escapes && !closed_with_escapes;
    }
    source_.restore(line_);
    defect_ = parse();
}

}  // namespace alster
