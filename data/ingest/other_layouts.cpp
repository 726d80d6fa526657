#include "data/ingest/other_layouts.hpp"

#include <algorithm>
#include <cctype>

#include "data/error.hpp"
#include "data/ingest/column_guess.hpp"
#include "data/ingest/column_names.hpp"
#include "data/ingest/field_splitter.hpp"
#include "data/ingest/file_kind.hpp"
#include "data/ingest/head_records.hpp"
#include "data/ingest/table_head.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

using Fields = std::vector<std::string_view>;

constexpr std::string_view digits = "0123456789";

bool is_whole(std::string_view text) { return !text.empty() && text.find_first_not_of(digits) == text.npos; }

Fields fields_of(std::string_view line, Separator separator)
{
    Fields fields;
    FieldSplitter splitter(separator);
    splitter.split_plain(line, fields);
    return fields;
}

/// "1:", an item before the lines of its users.
bool is_netflix(std::string_view line)
{
    return line.size() > 1 && line.back() == ':' && is_whole(line.substr(0, line.size() - 1));
}

/// "4 1:0.5 7:2": a label and numbered features.
bool is_libsvm(std::string_view line)
{
    const Fields fields = fields_of(line, Separator::blanks);
    if (line.find_first_of(",;\t|") != line.npos || fields.front().find_first_not_of("0123456789.+-") != line.npos)
        return false;
    return fields.size() > 1 && std::all_of(fields.begin() + 1, fields.end(), [](std::string_view field) {
               const auto colon = field.find(':');
               return colon != field.npos && is_whole(field.substr(0, colon)) && colon + 1 < field.size() &&
                      field.find_first_not_of("0123456789.+-eE", colon + 1) == field.npos;
           });
}

/// "1 U13740 11/11/2019 9:05:58 AM N55189 N1-0 N2-1", between tabs.
bool is_mind(std::string_view line)
{
    const Fields fields = fields_of(line, Separator::tab);
    if (fields.size() != 5 || !fields[1].starts_with('U') || fields[4].empty()) return false;
    const Fields shown = fields_of(fields[4], Separator::blanks);
    return std::ranges::all_of(shown, [](std::string_view item) {
        return item.starts_with('N') && (item.ends_with("-0") || item.ends_with("-1"));
    });
}

bool starts_with_word(std::string_view line, std::string_view word)
{
    return line.size() >= word.size() && std::equal(word.begin(), word.end(), line.begin(), [](char a, char b) {
               return a == std::tolower(static_cast<unsigned char>(b));
           });
}

/// Words in the first line, where all others have numbers in the same place.
bool looks_like_header(const HeadRows& table)
{
    if (table.rows.size() < 3) return false;
    const auto is_word = [](const std::string& text) {
        return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isalpha(c) || c == '_'; });
    };
    const auto is_pair_of = [&](const std::vector<std::string>& row, auto is) { return is(row[0]) && is(row[1]); };
    return is_pair_of(table.rows.front(), is_word) &&
           std::all_of(table.rows.begin() + 1, table.rows.end(), [&](const auto& row) {
               return is_pair_of(row, [](const auto& text) { return is_whole(text); });
           });
}

/// "2 14 15": how many items a line has, in front of them.
bool begins_with_counts(const HeadRows& table)
{
    return table.rows.size() > 2 && std::ranges::all_of(table.rows, [](const std::vector<std::string>& row) {
               return row.front() == fmt::format("{}", row.size() - 1);
           });
}

}  // namespace

void refuse_other_layouts(std::string_view line, std::string_view where, bool columns_are_given)
{
    const auto refuse = [&](std::string_view what) { throw Error(ExitCode::bad_data, "{}: {}", where, what); };
    const auto path = where.substr(0, where.rfind(':'));
    if (is_netflix(line))
        refuse(fmt::format(
            "the layout of the Netflix Prize, an item before the lines of its users: awk -F, "
            "'/:/ {{sub(\":.*\", \"\"); item = $0; next}} {{print $1 \",\" item \",\" $2 \",\" $3}}' {} > FILE",
            path));
    if (line.starts_with("[{")) refuse("looks like JSON: write --format jsonl");
    if ((line.front() == '(' && line.back() == ')') || (line.front() == '[' && line.back() == ']'))
        refuse(fmt::format("rows in brackets, as programs print them: tr -d '()[]' < {} > FILE", path));
    if (line.front() == '{') refuse("looks like JSON: write --format jsonl");
    if (starts_with_word(line, "@relation"))
        refuse("an ARFF file: give what stands behind its line @data as a csv file");
    if (is_libsvm(line))
        refuse(
            fmt::format("the layout of libsvm, index:value: if lines begin with the user, awk '{{for (i = 2; i <= NF; "
                        "++i) {{split($i, p, \":\"); print $1 \",\" p[1] \",\" p[2]}}}}' {} > FILE",
                        path));
    if (!columns_are_given && is_mind(line))
        refuse(fmt::format(
            "the impressions of MIND: for the clicks, awk -F'\\t' '{{n = split($5, p, \" \"); for (i = 1; i "
            "<= n; ++i) if (p[i] ~ /-1$/) print $2 \",\" substr(p[i], 1, length(p[i]) - 2)}}' {} > FILE",
            path));
}

void check_id_lines(std::string_view head, const LogLayout& layout, const std::string& path)
{
    const auto records = head_records(head);
    HeadRows table{.rows = {}, .nulls = layout.nulls, .times = layout.times};
    std::string where;
    for (std::size_t r = 0; r < records.size() && table.rows.size() < most_head_rows; ++r) {
        Fields fields;
        FieldSplitter splitter(Separator::loose);
        const bool cut = head.size() >= file_head_size && !records[r].ended;
        if (cut || !splitter.split(records[r].text, fields) || is_comment(records[r].text, 0, 0)) continue;
        if (where.empty()) {
            where = fmt::format("{}:{}", path, records[r].line);
            refuse_other_layouts(records[r].text, where, false);
        }
        if (fields.size() < 2 || (named_column(fields[0]) && named_column(fields[1]))) continue;
        table.rows.emplace_back(fields.begin(), fields.end());
    }
    if (looks_like_header(table))
        throw Error(ExitCode::bad_data,
                    "{}: '{}' and '{}' look like a header, as the next lines have numbers: cut it, as by tail -n +2",
                    where, printable(table.rows[0][0]), printable(table.rows[0][1]));
    if (layout.format == LogFormat::lists && begins_with_counts(table))
        throw Error(ExitCode::bad_data,
                    "{}: lines begin with the number of their items, as in citeulike-a, and not with the user; if line "
                    "n is user n: awk '{{$1 = NR; print}}' {} > FILE",
                    where, path);
    require_ids(table, where, layout.format == LogFormat::lists);
}

}  // namespace alster
