#include "data/ingest/attribute_encoder.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <unordered_set>

#include "data/ingest/timestamp.hpp"

namespace alster {

namespace {

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

std::string_view trimmed(std::string_view text)
{
    const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// Hive and MySQL write \N for nothing; the words could be values of a vocabulary: NA is Namibia.
bool means_nothing(AttributeType type, std::string_view text)
{
    if (text.empty() || text == "\\N") return true;
    if (type == AttributeType::text || type == AttributeType::category || type == AttributeType::set) return false;
    constexpr std::array<std::string_view, 6> words = {"na", "n/a", "nan", "null", "none", "-"};
    return std::ranges::find(words, lower(text)) != words.end();
}

/// Calls visit(part) for the parts of a set, empty ones excepted.
template <class Visit>
void each_part(std::string_view text, Visit visit)
{
    while (!text.empty()) {
        const auto end = std::min(text.find(set_mark), text.size());
        const auto part = trimmed(text.substr(0, end));
        if (!means_nothing(AttributeType::set, part)) visit(part);
        text.remove_prefix(std::min(text.size(), end + 1));
    }
}

std::optional<double> number(std::string_view text)
{
    double value = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (status != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<bool> truth(std::string_view text)
{
    constexpr std::array<std::string_view, 5> yes = {"1", "true", "t", "yes", "y"};
    constexpr std::array<std::string_view, 5> no = {"0", "false", "f", "no", "n"};
    const std::string word = lower(text);
    if (std::ranges::find(yes, word) != yes.end()) return true;
    if (std::ranges::find(no, word) != no.end()) return false;
    return std::nullopt;
}

std::int32_t code_of(std::string_view value, const std::vector<std::string>& vocabulary)
{
    return static_cast<std::int32_t>(std::ranges::lower_bound(vocabulary, value) - vocabulary.begin());
}

/// Where a text can be read, `values` gets what `read` makes of it, else `nothing`.
template <class Value, class Read>
void encode_values(std::span<const std::string> texts, Value nothing, Read read, EncodedAttribute& result,
                   std::vector<Value>& values)
{
    for (const auto& text : texts) {
        const auto plain = trimmed(text);
        const auto value = means_nothing(result.column.type, plain) ? std::nullopt : read(plain);
        values.push_back(value ? static_cast<Value>(*value) : nothing);
        if (value || means_nothing(result.column.type, plain)) continue;
        if (result.unreadable++ == 0) result.first_unreadable = plain;
    }
}

void encode_set(std::span<const std::string> texts, const std::vector<std::string>& vocabulary,
                EncodedAttribute& result)
{
    AttributeColumn& column = result.column;
    column.offsets = {0};
    for (const auto& text : texts) {
        const auto first = std::ssize(column.codes);
        if (is_list(text)) {
            if (result.unreadable++ == 0) result.first_unreadable = text;
            column.offsets.push_back(first);
            continue;
        }
        each_part(text, [&](std::string_view part) { column.codes.push_back(code_of(part, vocabulary)); });
        std::sort(column.codes.begin() + first, column.codes.end());
        column.codes.erase(std::unique(column.codes.begin() + first, column.codes.end()), column.codes.end());
        column.offsets.push_back(std::ssize(column.codes));
    }
}

/// 45000 or 45000.5: days since 1900, and as Unix seconds a time of the first day of 1970.
bool is_day_of_a_spreadsheet(std::string_view text)
{
    constexpr double least = 10'000, most = 100'000;
    const auto value = number(text);
    return value && *value >= least && *value < most;
}

/// Films may be older than the clocks of computers.
std::optional<std::int64_t> date_by_pattern(const std::string& text)
{
    for (const char* pattern : {"%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d", "%d-%b-%Y"}) {
        std::tm parts{};
        const char* end = strptime(text.c_str(), pattern, &parts);
        if (end && (*end == '\0' || std::string_view(end) == "Z")) return timegm(&parts);
    }
    return std::nullopt;
}

}  // namespace

bool is_list(std::string_view text)
{
    text = trimmed(text);
    return (text.starts_with('[') && text.ends_with(']')) || (text.starts_with('{') && text.ends_with('}'));
}

std::optional<char> overlooked_separator(std::span<const std::string> vocabulary)
{
    for (const char mark : {',', ';', '|', '/'}) {
        std::unordered_set<std::string_view> met;
        bool cuts = false, recurs = false;
        for (const std::string_view value : vocabulary) {
            std::unordered_set<std::string_view> parts;
            for (std::size_t begin = 0; begin <= value.size();) {
                const auto end = std::min(value.find(mark, begin), value.size());
                if (const auto part = trimmed(value.substr(begin, end - begin)); !part.empty()) parts.insert(part);
                begin = end + 1;
            }
            cuts = cuts || parts.size() > 1;
            for (const auto part : parts) recurs = !met.insert(part).second || recurs;
        }
        if (cuts && recurs) return mark;
    }
    return std::nullopt;
}

std::optional<std::int64_t> attribute_time(std::string_view text)
{
    if (is_day_of_a_spreadsheet(text)) return std::nullopt;
    constexpr std::size_t digits_of_year = 4;
    const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (digits && text.size() == digits_of_year) return date_by_pattern(std::string(text) + "-01-01");
    if (const auto time = parse_time(text)) return time->time / 1000;
    return date_by_pattern(std::string(text));
}

std::vector<std::string> distinct_values(AttributeType type, std::span<const std::string> texts)
{
    std::vector<std::string> values;
    const auto make_distinct = [&] {
        std::ranges::sort(values);
        values.erase(std::unique(values.begin(), values.end()), values.end());
    };
    std::size_t room = 1 << 16;
    for (const auto& text : texts) {
        if (type == AttributeType::set && is_list(text)) continue;
        if (type == AttributeType::set)
            each_part(text, [&](std::string_view part) { values.emplace_back(part); });
        else if (const auto plain = trimmed(text); !means_nothing(type, plain))
            values.emplace_back(plain);
        if (values.size() < room) continue;
        make_distinct();
        room = 2 * values.size() + (1 << 16);
    }
    make_distinct();
    return values;
}

EncodedAttribute encode(AttributeType type, std::span<const std::string> texts,
                        const std::vector<std::string>& vocabulary, std::size_t text_width)
{
    EncodedAttribute result;
    AttributeColumn& column = result.column;
    column.type = type;
    column.vocabulary = TextColumn::from(vocabulary);
    switch (type) {
        case AttributeType::text: {
            std::vector<std::string> shown(texts.begin(), texts.end());
            for (auto& text : shown) {
                if (means_nothing(type, trimmed(text))) text.clear();
                std::ranges::replace(text, set_mark, '|');
            }
            column.texts = TextColumn::from(shown, text_width);
            break;
        }
        case AttributeType::category:
            for (const auto& text : texts)
                column.codes.push_back(means_nothing(type, trimmed(text)) ? no_code
                                                                          : code_of(trimmed(text), vocabulary));
            break;
        case AttributeType::set:
            encode_set(texts, vocabulary, result);
            break;
        case AttributeType::number:
            encode_values(texts, std::nan(""), number, result, column.numbers);
            break;
        case AttributeType::time:
            encode_values(texts, no_time, attribute_time, result, column.times);
            break;
        case AttributeType::boolean:
            encode_values(texts, no_truth, truth, result, column.truths);
            break;
    }
    return result;
}

}  // namespace alster
