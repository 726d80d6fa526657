#include "data/ingest/table_head.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "data/error.hpp"
#include "data/ingest/column_guess.hpp"
#include "data/ingest/column_names.hpp"
#include "data/ingest/event.hpp"
#include "data/ingest/field_splitter.hpp"
#include "data/ingest/file_kind.hpp"
#include "data/ingest/head_records.hpp"
#include "data/ingest/header_check.hpp"
#include "data/ingest/other_layouts.hpp"

namespace alster {

namespace {

using Fields = std::vector<std::string_view>;
using Record = HeadRecord;

std::string_view without_mark(std::string_view line)
{
    return line.substr(std::min(line.size(), line.find_first_not_of("# \t")));
}

std::string word_for_header(const std::vector<std::string_view>& fields)
{
    return "--header " + columns_to_write(fields);
}

class HeadReader {
public:
    HeadReader(std::string_view head, const LogLayout& layout, const std::string& path)
        : layout_(layout),
          header_(layout.format == LogFormat::movielens ? std::nullopt : layout.header),
          path_(path),
          records_(head_records(head)),
          whole_(head.size() < file_head_size)
    {
    }

    TableHead read()
    {
        const std::size_t first = pass_comments();
        refuse_drawn_table(first);
        if (!whole_) require_a_line(first);
        if (first == records_.size()) return empty();
        std::size_t told = first;  // comments of ARFF begin with %
        while (records_[told].text.starts_with('%') && told + 1 < records_.size()) ++told;
        refuse_other_layouts(records_[told].text, where(told), !layout_.columns.empty());
        const bool split = split_first(first);
        check_separator(first, split);
        if (header_.value_or(false) && !split) fail(first, "the header has a bad quote");
        result_.has_header = is_header(first, split);
        result_.width = fields_.size();
        if (result_.has_header) {
            result_.header = records_[first].text;
            result_.body = records_[first].end;
            read_header(first);
            shift_row_names(first);
            result_.names = names_at(result_.positions, fields_, result_.width - fields_.size());
            if (layout_.columns.by_position()) require_header(result_, layout_.times, where(first));
        } else {
            result_.positions = by_position();
            check_looks(first);
        }
        const HeadRows rows = rows_from(first + (result_.has_header ? 1 : 0));
        if (!result_.has_header && layout_.columns.empty()) require_usual_order(rows, where(first));
        require_one_spelling(rows, result_.positions[0], result_.positions[1], where(first));
        require_one_item(rows, result_.positions[1], where(first));
        return result_;
    }

private:
    [[noreturn]] void fail(std::size_t record, const std::string& message) const
    {
        throw Error(ExitCode::bad_data, "{}: {}", where(record), message);
    }

    [[nodiscard]] std::string where(std::size_t record) const
    {
        return fmt::format("{}:{}", path_, records_[record].line);
    }

    /// What lies behind the beginning of the file is not seen: the table must begin before.
    void require_a_line(std::size_t first) const
    {
        constexpr auto kibibytes = file_head_size >> 10;
        if (first == records_.size())
            throw Error(ExitCode::bad_data,
                        "{0}: its first {1} KiB are comments, so that the columns are unknown: grep -v '^#' {0} > FILE",
                        path_, kibibytes);
        if (!records_[first].ended)
            fail(first, fmt::format("the first line of the table does not end in the first {} KiB of the file: is this "
                                    "a table? Comments before it can be cut: grep -v '^#' {} > FILE",
                                    kibibytes, path_));
    }

    /// "+----+----+" and "|---|---|" around the header: a table for people.
    void refuse_drawn_table(std::size_t first) const
    {
        for (std::size_t r = first; r < std::min(first + 2, records_.size()); ++r)
            if (records_[r].text.find_first_not_of("-+|:= ") == std::string_view::npos &&
                records_[r].text.find("--") != std::string_view::npos)
                fail(r, "a table that is drawn with lines: let the database write it as csv or tsv");
    }

    /// A file without a line of content has no columns to be wrong about.
    [[nodiscard]] TableHead empty()
    {
        result_.positions = default_positions(2);
        return result_;
    }

    /// Makes fields_ of the record; as an event it may go on in the next lines.
    [[nodiscard]] bool split_first(std::size_t first)
    {
        Fields fields;
        bool split = split_line(content(first), fields);
        if (!split && !header_.value_or(false)) split = split_line(continued(first), fields);
        texts_.assign(fields.begin(), fields.end());
        fields_.assign(texts_.begin(), texts_.end());
        return split;
    }

    /// The record with the lines that belong to its quoted fields.
    [[nodiscard]] std::string_view continued(std::size_t first) const
    {
        QuoteCount quotes;
        std::size_t r = first;
        do quotes.add(records_[r].text);
        while (quotes.open() && quotes.open_with_escapes() && ++r < records_.size());
        if (r == records_.size()) return records_[first].text;
        return {records_[first].text.data(), records_[r].text.data() + records_[r].text.size()};
    }

    [[nodiscard]] bool split_line(std::string_view line, Fields& fields)
    {
        splitter_.emplace(result_.separator);
        return splitter_->split(line, fields);
    }

    /// A header may stand behind a '#'.
    [[nodiscard]] std::string_view content(std::size_t record)
    {
        const std::string_view text = records_[record].text;
        return text.starts_with('#') && is_marked_header(text) ? without_mark(text) : text;
    }

    [[nodiscard]] bool is_marked_header(std::string_view line)
    {
        Fields fields;
        return header_.value_or(true) && split_line(without_mark(line), fields) && names_user_and_item(fields);
    }

    /// The number of the first record that is neither "sep=" nor a comment.
    std::size_t pass_comments()
    {
        std::size_t r = 0;
        const auto separator = records_.empty() ? std::nullopt : separator_line(records_.front().text);
        if (separator) {
            result_.mark = records_.front().text;
            result_.body = records_.front().end;
            ++r;
        }
        result_.separator = separator ? *separator : usual_separator();
        if (layout_.separator) result_.separator = *layout_.separator;
        const std::size_t width = width_behind_comments(r);
        for (; r < records_.size() && records_[r].text.starts_with('#'); ++r) {
            Fields fields;
            static_cast<void>(split_line(records_[r].text, fields));
            if (is_marked_header(records_[r].text) || !is_comment(records_[r].text, fields.size(), width)) break;
            result_.body = records_[r].end;
        }
        return r;
    }

    /// Fields of the first line that is surely no comment.
    std::size_t width_behind_comments(std::size_t from)
    {
        Fields fields;
        const auto split_first_of = [&](auto is_event) {
            const auto found =
                std::find_if(records_.begin() + static_cast<std::ptrdiff_t>(from), records_.end(), is_event);
            if (found != records_.end()) static_cast<void>(split_line(found->text, fields));
        };
        split_first_of([](const Record& record) { return !record.text.starts_with('#'); });
        if (fields.empty()) split_first_of([](const Record& record) { return !is_comment(record.text, 0, 0); });
        return fields.size();
    }

    [[nodiscard]] Separator usual_separator() const
    {
        if (layout_.format == LogFormat::tsv) return Separator::tab;
        if (layout_.format == LogFormat::csv) return Separator::comma;
        for (const auto& record : records_) {
            if (record.text.starts_with('#')) continue;
            if (record.text.find("::") != record.text.npos) return Separator::double_colon;
            return record.text.find('\t') != record.text.npos ? Separator::tab : Separator::comma;
        }
        return Separator::comma;
    }

    /// One field alone, or a user or item that holds the separator of another locale.
    void check_separator(std::size_t first, bool split)
    {
        const std::string_view line = content(first);
        const bool given = layout_.separator.has_value() || !result_.mark.empty();
        for (const auto& other : {Separator::semicolon, Separator::tab, Separator::comma, Separator::double_colon,
                                  Separator::bar, Separator::parse("^A"), Separator::blanks}) {
            if (other == result_.separator) continue;
            Fields fields;
            FieldSplitter splitter(other);
            if (!splitter.split(line, fields) || fields.size() < 2) continue;
            const bool alone = fields_.size() == 1 || !split;
            const bool wider = !given && !alone && fields.size() > 2 && fields_.size() <= fields.size();
            const bool in_user = wider && (other == Separator::semicolon || other == Separator::tab) &&
                                 fields_.front().find(other.byte()) != line.npos;
            const bool foreign =
                wider && (in_user || (result_.separator == Separator::comma && commas_are_decimal(fields)));
            if (!alone && !foreign) continue;
            fail(first, fmt::format("{} with the separator {}, but {} with {}: write --format csv --separator {}",
                                    !split  ? "quotes that do not fit"
                                    : alone ? "one column"
                                            : fmt::format("{} columns", fields_.size()),
                                    result_.separator.word(), fields.size(), other.word(), other.word()));
        }
    }

    [[nodiscard]] bool is_header(std::size_t first, bool split) const
    {
        if (header_) return *header_;
        if (!layout_.columns.empty() && !layout_.columns.by_position()) return true;
        return split && (names_user_and_item(fields_) || records_[first].text.starts_with("# "));
    }

    void read_header(std::size_t first)
    {
        if (!layout_.columns.empty()) {
            result_.positions = layout_.columns.by_position() ? layout_.columns.positions()
                                                              : layout_.columns.positions(fields_, where(first));
            return;
        }
        result_.positions = known_positions(fields_, where(first));
        std::string used, unused;
        for (std::size_t f = 0; f < fields_.size(); ++f) {
            const auto at = std::ranges::find(result_.positions, static_cast<int>(f));
            if (at != result_.positions.end())
                used += fmt::format("{}{}={}", used.empty() ? "" : ", ",
                                    name(static_cast<EventColumn>(at - result_.positions.begin())), fields_[f]);
            else if (!fields_[f].empty() && !fields_[f].starts_with("Unnamed: "))
                unused += fmt::format("{}{}", unused.empty() ? "" : ", ", fields_[f]);
        }
        result_.columns = unused.empty() ? used : used + "; not used: " + unused;
    }

    void shift_row_names(std::size_t first)
    {
        const auto rows = std::span(records_).subspan(first + 1);
        if (!rows_are_named(rows, result_.separator, result_.width)) return;
        if (layout_.columns.empty() || !layout_.columns.by_position())
            for (int& position : result_.positions)
                if (position >= 0) ++position;
        ++result_.width;
    }

    [[nodiscard]] ColumnPositions by_position() const
    {
        return layout_.columns.empty() ? default_positions(fields_.size()) : layout_.columns.positions();
    }

    [[nodiscard]] HeadRows rows_from(std::size_t first)
    {
        HeadRows table{
            .rows = {}, .nulls = layout_.nulls, .times = layout_.times, .decimal_comma = layout_.decimal_comma};
        for (std::size_t r = first; r < records_.size() && table.rows.size() < most_head_rows; ++r) {
            Fields fields;
            if (!whole_ && !records_[r].ended) break;  // cut off
            if (!split_line(records_[r].text, fields) || fields.size() > result_.width) continue;
            if (fields.size() < 2 || is_comment(records_[r].text, fields.size(), result_.width)) continue;
            if (named_column(fields[0]) && named_column(fields[1])) continue;  // the header again
            table.rows.emplace_back(fields.begin(), fields.end());
        }
        return table;
    }

    /// The text in a column of the record; no data where it is not there.
    [[nodiscard]] std::string_view field(const Fields& fields, EventColumn column) const
    {
        const int position = result_.positions[static_cast<std::size_t>(column)];
        if (position < 0 || position >= static_cast<int>(fields.size())) return {};
        const std::string_view text = fields[static_cast<std::size_t>(position)];
        return text.empty() ? std::string_view() : text;
    }

    /// A word where the next line has a number or a time.
    [[nodiscard]] bool has_words_for_numbers(const Fields& next) const
    {
        const auto readable = [&](const Fields& fields, EventColumn column) {
            Event event;
            EventFields parts{.user = "u", .item = "i"};
            (column == EventColumn::value ? parts.value : parts.time) = field(fields, column);
            return read_event(parts, event) == Defect::none && read_time(layout_.times, event) == Defect::none;
        };
        return std::ranges::any_of(std::array{EventColumn::value, EventColumn::time}, [&](EventColumn column) {
            const std::string_view text = field(fields_, column);
            return text.data() &&
                   (std::isalpha(static_cast<unsigned char>(text.front())) != 0 || text.front() == '_') &&
                   std::ranges::find(layout_.nulls, text) == layout_.nulls.end() && !readable(fields_, column) &&
                   field(next, column).data() && readable(next, column);
        });
    }

    /// Words for user and item, where the next lines, two at least, have numbers for both.
    [[nodiscard]] bool has_words_for_ids(std::size_t first) const
    {
        constexpr std::size_t looked_at = 100;
        const auto all = [](std::string_view text, int (*is)(int)) {
            return !text.empty() &&
                   std::ranges::all_of(text, [&](char c) { return is(static_cast<unsigned char>(c)) != 0; });
        };
        for (const EventColumn id : {EventColumn::user, EventColumn::item})
            if (all(field(fields_, id).substr(0, 1), std::isdigit) || !all(field(fields_, id), [](int c) {
                    return static_cast<int>(std::isalnum(c) || c == '_' || c == ' ');
                }))
                return false;
        const std::size_t last = std::min(records_.size(), first + 1 + looked_at);
        for (std::size_t r = first + 1; r < last; ++r) {
            Fields fields;
            FieldSplitter splitter(result_.separator);
            if (!splitter.split(records_[r].text, fields)) return false;
            for (const EventColumn id : {EventColumn::user, EventColumn::item})
                if (!all(field(fields, id), std::isdigit)) return false;
        }
        return first + 2 < last;
    }

    /// "0,1,2", as data frames name columns without names.
    [[nodiscard]] bool counts_columns() const
    {
        for (std::size_t f = 0; f < fields_.size(); ++f)
            if (fields_[f] != fmt::format("{}", f)) return false;
        return true;
    }

    /// A first line that was not said to be a header, and was not recognized as one, must not look like one.
    void check_looks(std::size_t first)
    {
        if (header_ || fields_.empty()) return;
        const bool telling = std::ranges::any_of(fields_, is_telling_name);
        Fields next;
        FieldSplitter splitter(result_.separator);
        if (first + 1 < records_.size()) static_cast<void>(splitter.split(records_[first + 1].text, next));
        if (telling || has_words_for_numbers(next) || has_words_for_ids(first))
            fail(first, fmt::format("looks like a header: write {} (or --no-header if it is an event)",
                                    word_for_header(fields_)));
        const bool by_default = layout_.columns.empty() && fields_.size() > 2;
        if (by_default && counts_columns())
            fail(first, fmt::format("looks like a header of numbers: write {} (or --no-header if it is an event)",
                                    "--header --columns user=0,item=1, and so on"));
        if (by_default && fields_.front().empty() && next.size() == fields_.size() && !next.front().empty())
            fail(first,
                 "the first field is empty, as in the header of a table with an index column: write --header "
                 "--columns user=1,item=2, and so on");
    }

    const LogLayout& layout_;
    std::optional<bool> header_;
    const std::string& path_;
    std::vector<Record> records_;
    bool whole_;  // the head is all of the file
    std::optional<FieldSplitter> splitter_;
    std::vector<std::string> texts_;
    Fields fields_;  // of the first line: views of texts_
    TableHead result_;
};

}  // namespace

TableHead read_table_head(std::string_view head, const LogLayout& layout, const std::string& path)
{
    return HeadReader(head, layout, path).read();
}

bool is_comment(std::string_view line, std::size_t fields, std::size_t width)
{
    if (!line.starts_with('#')) return false;
    if (line.size() == 1 || line[1] == ' ' || line[1] == '#' || line[1] == '\t') return true;
    return width != 0 && fields != width;
}

}  // namespace alster
