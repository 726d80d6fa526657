#include "data/ingest/column_guess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "data/error.hpp"
#include "data/ingest/event.hpp"
#include "data/ingest/event_columns.hpp"
#include "data/ingest/number_spelling.hpp"
#include "data/printable.hpp"

namespace alster {

namespace {

constexpr Milliseconds start_of_1990 = 631'152'000'000, end_of_2035 = 2'082'758'400'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "17-05-2022 07:01", "3/5/22": dates that parse_time() leaves to --time-format.
bool looks_like_date(std::string_view text)
{
    const auto number = [&] {
        const std::size_t digits = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
        text.remove_prefix(digits);
        return digits;
    };
    const std::size_t first = number();
    if (first < 1 || first > 4 || text.empty()) return false;
    const char mark = text.front();
    if (mark != '/' && mark != '-' && mark != '.') return false;
    text.remove_prefix(1);
    if (const std::size_t second = number(); second < 1 || second > 2 || !text.starts_with(mark)) return false;
    text.remove_prefix(1);
    const std::size_t third = number();
    const bool year_first = first == 4 && third >= 1 && third <= 2;
    return (year_first || third == 2 || third == 4) && (text.empty() || text.front() == ' ' || text.front() == 'T');
}

/// What the rows have in one column; fields without a text, and words for none, are left out.
struct Column {
    int rows = 0;
    int numbers = 0;
    int dates = 0;   // texts of times
    int stamps = 0;  // numbers that are times since 1990
    int clocks = 0;  // of these the ones that are hardly ids: no long numbers
    int words = 0;
    int fractions = 0;
    double least = std::numeric_limits<double>::infinity();
    double most = -std::numeric_limits<double>::infinity();
    std::map<std::string, int> values = {};
    std::string first = {};

    [[nodiscard]] bool all(int count) const { return rows > 0 && count == rows; }
    [[nodiscard]] bool holds_times() const { return rows > 0 && dates + stamps == rows; }
};

std::optional<double> number_of(const std::string& text, bool decimal_comma)
{
    const auto read = [](std::string_view digits) -> std::optional<double> {
        double value = 0;
        const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (end != digits.data() + digits.size() || status == std::errc::invalid_argument) return std::nullopt;
        return value;
    };
    if (const auto value = read(text)) return value;
    const NumberSpelling other = respell_number(text, decimal_comma);
    return other.defect == Defect::none ? read(other.text) : std::nullopt;
}

class ColumnJudge {
public:
    ColumnJudge(const HeadRows& table, std::string_view where) : table_(table), where_(where)
    {
        for (const auto& row : table.rows)
            for (std::size_t c = 0; c < row.size(); ++c) add(row[c], c);
        while (!columns_.empty() && columns_.back().rows == 0) columns_.pop_back();
    }

    void require_usual_order() const
    {
        require_no_items_first();
        if (columns_.size() > 4) refuse(fmt::format("{} columns and no header", columns_.size()));
        require_no_index();
        require_ids(2);
        if (columns_.size() > 2) require_values();
        if (columns_.size() > 3) require_times();
    }

    /// Of the first `ids` columns.
    void require_ids(std::size_t ids) const
    {
        constexpr int enough = 3;  // a number alone may be an id
        const bool has_time = columns_.size() > 3 && columns_[3].holds_times();
        for (std::size_t c = 0; c < std::min(ids, columns_.size()); ++c) {
            const Column& column = columns_[c];
            const bool stamps = !has_time && column.all(column.clocks) && column.rows >= enough &&
                                column.values.size() > 1 && !other_stamps(c);
            if (column.all(column.dates) || stamps) refuse(c, "holds times");
            if (column.rows >= enough && column.fractions == column.rows) refuse(c, "holds numbers with a fraction");
        }
    }

    [[nodiscard]] std::size_t width() const { return columns_.size(); }
    [[nodiscard]] const Column& operator[](std::size_t c) const { return columns_[c]; }

private:
    void add(const std::string& text, std::size_t c)
    {
        if (columns_.size() <= c) columns_.resize(c + 1);
        if (!is_given(text)) return;
        const auto number = number_of(text, table_.decimal_comma);
        Column& column = columns_[c];
        if (column.rows++ == 0) column.first = text;
        ++column.values[text];
        if (!number) {
            if (looks_like_date(text) || table_.times.read(text) || parse_time(text))
                ++column.dates;
            else
                column.words += !is_digit(text.front()) && text.find_first_of("+-.,") != 0;
            return;
        }
        ++column.numbers;
        const auto time = parse_time(text);
        const bool stamp = time && time->time >= start_of_1990;
        column.stamps += stamp;
        column.clocks += stamp && time->time < end_of_2035 && time->unit != TimeUnit::microseconds &&
                         time->unit != TimeUnit::nanoseconds;
        column.fractions += *number != std::floor(*number);
        column.least = std::min(column.least, *number);
        column.most = std::max(column.most, *number);
    }

    [[nodiscard]] bool is_given(const std::string& text) const
    {
        return !text.empty() && std::ranges::find(table_.nulls, text) == table_.nulls.end() &&
               respell_number(text, table_.decimal_comma).defect != Defect::absent_word;
    }

    /// Another of the first columns is as much a time as this one: then both are rather ids.
    [[nodiscard]] bool other_stamps(std::size_t c) const
    {
        for (std::size_t other = 0; other < columns_.size(); ++other)
            if (other != c && columns_[other].all(columns_[other].stamps)) return true;
        return false;
    }

    /// Ratings of Amazon, which came in both orders: an item's id has 10 characters, a user's begins with A.
    void require_no_items_first() const
    {
        const auto is_upper = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); };
        const auto is_item = [&](const std::string& id) {
            return id.size() == 10 && std::ranges::all_of(id, is_upper) &&
                   (id.starts_with("B0") || is_digit(id.front()));
        };
        const auto is_user = [&](const std::string& id) {
            return id.size() >= 10 && id.front() == 'A' && std::ranges::all_of(id, is_upper);
        };
        const bool reversed =
            std::ranges::all_of(table_.rows, [&](const auto& row) { return is_item(row[0]) && is_user(row[1]); });
        if (!reversed || table_.rows.empty()) return;
        throw Error(ExitCode::usage,
                    "{}: there is no header, and '{}' and '{}' are an item and a user of Amazon: say by position which "
                    "column is which, as in --columns user=1,item=0,value=2,time=3",
                    where_, printable(columns_[0].first), printable(columns_[1].first));
    }

    /// Rows that are counted in front, as data frames write them.
    void require_no_index() const
    {
        constexpr std::size_t enough = 10;
        if (columns_.size() < 3 || table_.rows.size() < enough) return;
        std::int64_t before = -1;
        for (std::size_t r = 0; r < table_.rows.size(); ++r) {
            const std::string& text = table_.rows[r].front();
            std::int64_t number = -1;
            const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
            if (status != std::errc() || end != text.data() + text.size() || (r > 0 && number != before + 1)) return;
            before = number;
        }
        refuse(0, "counts the rows");
    }

    void require_values() const
    {
        const Column& column = columns_[2];
        if (column.all(column.dates) || column.all(column.stamps)) refuse(2, "holds times");
        if (column.rows > 1 && column.all(column.words)) refuse(2, "holds words");
        require_own(2);
        constexpr double large = 1000;
        const bool whole = column.all(column.numbers) && column.fractions == 0;
        if (whole && column.least >= large && column.values.size() > 1 && !differs_for_an_item(2))
            refuse(2, "may hold ids or categories as well");
    }

    void require_times() const
    {
        const Column& column = columns_[3];
        if (column.rows > 1 && column.all(column.words) && !readable(column)) refuse(3, "holds words");
        // 12 days and more after the start of 1970, but before there were logs
        constexpr double least = 1e6, most = start_of_1990 / 1000.0;
        if (table_.times.automatic() && column.all(column.numbers) && column.stamps == 0 && column.least >= least &&
            column.most < most)
            refuse(3, "holds numbers that are no times since 1990");
        if (table_.times.automatic() && column.stamps == 0) require_own(3);
    }

    [[nodiscard]] bool readable(const Column& column) const
    {
        return std::ranges::any_of(column.values,
                                   [&](const auto& value) { return table_.times.read(value.first).has_value(); });
    }

    /// For each item the user and the text of its first row.
    using FirstOfItem = std::map<std::string_view, std::pair<std::string_view, std::string_view>>;

    template <class Visit>
    void visit_repeated_items(std::size_t c, Visit visit) const
    {
        FirstOfItem seen;
        for (const auto& row : table_.rows) {
            if (row.size() <= c || !is_given(row[c])) continue;
            const auto [first, is_new] = seen.try_emplace(row[1], row[0], row[c]);
            if (!is_new && first->second.first != row[0]) visit(first->second.second == row[c]);
        }
    }

    [[nodiscard]] bool differs_for_an_item(std::size_t c) const
    {
        bool differs = false;
        visit_repeated_items(c, [&](bool same) { differs = differs || !same; });
        return differs;
    }

    /// What is the same in all rows of an item describes the item, as a category or a price does. Two rows have the
    /// same value by chance with p = Σ q², for shares q of the values.
    void require_own(std::size_t c) const
    {
        const Column& column = columns_[c];
        int repeated = 0;
        bool differs = false;
        visit_repeated_items(c, [&](bool same) {
            ++repeated;
            differs = differs || !same;
        });
        if (differs || repeated == 0) return;
        double p = 0;
        for (const auto& [text, count] : column.values) p += std::pow(double(count) / column.rows, 2);
        constexpr double surely_no_chance = 1e-6;
        if (repeated * std::log(p) < std::log(surely_no_chance)) refuse(c, "is the same in all rows of an item");
    }

    [[noreturn]] void refuse(std::size_t c, std::string_view what) const
    {
        refuse(fmt::format("there is no header, and column {} ('{}'), which would be the {}, {}", c,
                           printable(columns_[c].first), name(static_cast<EventColumn>(c)), what),
               c);
    }

    [[noreturn]] void refuse(const std::string& problem, std::optional<std::size_t> column = std::nullopt) const
    {
        throw Error(ExitCode::usage, "{}: {}: say by position which column is which, as in --columns {}", where_,
                    problem, example(column));
    }

    /// Which columns they may be, of those that were found out.
    [[nodiscard]] std::string example(std::optional<std::size_t> doubtful) const
    {
        std::vector<std::size_t> ids;
        std::string text, rest;
        const bool index = doubtful == 0U && !columns_[0].holds_times() && columns_[0].fractions == 0;
        bool has_time = false;
        for (std::size_t c = index ? 1 : 0; c < columns_.size(); ++c) {
            const Column& column = columns_[c];
            const bool stamps = column.all(column.stamps) && (c > 1 || doubtful == c);
            const bool time = column.all(column.dates) || stamps;
            if (time && !has_time) {
                rest += fmt::format(",time={}", c);
                has_time = true;
            } else if (!time && ids.size() < 2) {
                ids.push_back(c);
            } else if (doubtful == c && column.all(column.words)) {
                rest += fmt::format(",event={}", c);
            }
        }
        if (ids.size() < 2) return "user=0,item=1";
        return fmt::format("user={},item={}{}", ids[0], ids[1], rest);
    }

    const HeadRows& table_;
    std::string_view where_;
    std::vector<Column> columns_;
};

}  // namespace

void require_usual_order(const HeadRows& table, std::string_view where)
{
    ColumnJudge(table, where).require_usual_order();
}

void require_ids(const HeadRows& table, std::string_view where, bool lists)
{
    const ColumnJudge judge(table, where);
    const auto refuse = [&](std::size_t c, const char* what) {
        throw Error(
            ExitCode::usage,
            "{}: field {} ('{}') of all lines {}, so that it is no {}: write --format csv --separator space (or "
            "the mark between the fields) --columns user=0,item=1, with the positions of user and item",
            where, c, printable(judge[c].first), what, c == 0 ? "user" : "item");
    };
    for (std::size_t c = 0; c < std::min<std::size_t>(judge.width(), lists ? judge.width() : 2); ++c) {
        const Column& column = judge[c];
        if (column.rows < static_cast<int>(table.rows.size())) continue;
        constexpr int enough = 3;
        if (column.all(column.dates)) refuse(c, "holds a time");
        if (column.rows >= enough && column.all(column.clocks) && column.values.size() > 1) refuse(c, "holds a time");
        if (column.rows >= enough && column.all(column.fractions)) refuse(c, "is a number with a fraction");
    }
}

void require_one_spelling(const HeadRows& table, int user, int item, std::string_view where)
{
    const auto is_whole = [](std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); };
    for (const int position : {user, item}) {
        std::string_view plain, with_dot;
        for (const auto& row : table.rows) {
            if (position < 0 || position >= static_cast<int>(row.size())) continue;
            const std::string_view text = row[static_cast<std::size_t>(position)];
            if (is_whole(text)) plain = text;
            if (text.ends_with(".0") && is_whole(text.substr(0, text.size() - 2))) with_dot = text;
        }
        if (plain.empty() || with_dot.empty()) continue;
        throw Error(ExitCode::bad_data,
                    "{}: ids of column {} are written as '{}' and as '{}', as data frames do where some are absent: "
                    "write all in one way",
                    where, position, plain, with_dot);
    }
}

void require_one_item(const HeadRows& table, int item, std::string_view where)
{
    constexpr std::string_view marks = " ,;|";
    const auto has_numbers_only = [&](std::string_view text) {
        return !text.empty() && is_digit(text.front()) && is_digit(text.back()) &&
               std::ranges::all_of(text, [&](char c) { return is_digit(c) || marks.find(c) != marks.npos; });
    };
    std::string_view several;
    for (const auto& row : table.rows) {
        if (item < 0 || item >= static_cast<int>(row.size())) continue;
        const std::string_view text = row[static_cast<std::size_t>(item)];
        const bool bracketed = text.starts_with('[') && text.ends_with(']');
        if (!bracketed && !has_numbers_only(text)) return;
        if (bracketed || text.find_first_of(marks) != text.npos) several = text;
    }
    if (several.empty()) return;
    constexpr std::size_t longest = 40;
    throw Error(
        ExitCode::bad_data,
        "{}: column {}, taken for the item, holds several in one field ('{}'): write one a line, or the user and "
        "its items between blanks, which --format lists reads",
        where, item, printable(several.substr(0, longest)));
}

bool commas_are_decimal(const std::vector<std::string_view>& fields)
{
    constexpr std::string_view digits = "0123456789";
    bool any = false;
    for (std::size_t f = 0; f < fields.size(); ++f) {
        std::string_view text = fields[f];
        const auto comma = text.find(',');
        if (comma == text.npos) continue;
        if (text.starts_with('-')) text.remove_prefix(1);
        const auto other = text.find_first_not_of(digits);
        if (f < 2 || other == 0 || other == text.npos || text[other] != ',' || other + 1 == text.size() ||
            text.find_first_not_of(digits, other + 1) != text.npos)
            return false;
        any = true;
    }
    return any;
}

}  // namespace alster
