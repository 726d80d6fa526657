#include "data/ingest/time_format.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "data/error.hpp"

namespace alster {

namespace {

constexpr std::string_view understood = "aAbBhdeDFfHIjklmMnpRStTyYzZ%";

/// The letters behind each % of a pattern.
std::string conversions(std::string_view pattern)
{
    std::string letters;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (pattern[i] == '%') letters += ++i < pattern.size() ? pattern[i] : '\0';
    return letters;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Where "%f" or "%Z" stands, and not behind another %.
std::size_t position_of(std::string_view pattern, char letter)
{
    for (std::size_t i = 0; i + 1 < pattern.size(); ++i)
        if (pattern[i] == '%') {
            if (pattern[i + 1] == letter) return i;
            ++i;
        }
    return std::string_view::npos;
}

/// A text and the pattern that it should have.
struct Match {
    std::string text;
    std::string pattern;
};

/// Cuts what a conversion stands for that strptime() does not know, and the conversion. `taken` is what was cut;
/// false where the text in front of it is not as it should be.
bool cut(Match& match, char letter, bool (*belongs)(char), std::string& taken)
{
    const auto at = position_of(match.pattern, letter);
    if (at == std::string::npos) return true;
    std::tm ignored{};
    const char* begin = strptime(match.text.c_str(), match.pattern.substr(0, at).c_str(), &ignored);
    if (!begin) return false;
    const auto first = static_cast<std::size_t>(begin - match.text.c_str());
    auto last = first;
    while (last < match.text.size() && belongs(match.text[last])) ++last;
    taken = match.text.substr(first, last - first);
    match.text.erase(first, last - first);
    match.pattern.erase(at, 2);
    return !taken.empty();
}

Milliseconds fraction(std::string_view digits)
{
    Milliseconds result = 0, unit = 100;
    for (const char digit : digits) {
        result += unit * (digit - '0');
        unit /= 10;
    }
    return result;
}

std::optional<Milliseconds> time_of(const std::tm& parts)
{
    const std::chrono::year_month_day date(std::chrono::year(parts.tm_year + 1900),
                                           std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
                                           std::chrono::day(static_cast<unsigned>(parts.tm_mday)));
    if (!date.ok()) return std::nullopt;  // strptime() takes 30 February
    const auto days = std::chrono::sys_days(date).time_since_epoch();
    const Milliseconds seconds = std::chrono::duration_cast<std::chrono::seconds>(days).count() +
                                 Milliseconds{parts.tm_hour} * 3600 + Milliseconds{parts.tm_min} * 60 + parts.tm_sec -
                                 parts.tm_gmtoff;
    return seconds * 1000;
}

}  // namespace

TimeFormat TimeFormat::parse(const std::string& text)
{
    TimeFormat format;
    if (text.empty()) return format;
    constexpr std::array<std::string_view, 4> units = {"s", "ms", "us", "ns"};
    if (const auto unit = std::find(units.begin(), units.end(), text); unit != units.end()) {
        format.unit_ = static_cast<TimeUnit>(1 + (unit - units.begin()));
        return format;
    }
    const std::string letters = conversions(text);
    if (letters.find_first_of("YyDF") == letters.npos)
        throw Error(ExitCode::usage,
                    "--time-format: '{}' is neither s, ms, us or ns nor a pattern with a year, as %Y-%m-%d", text);
    const auto other = letters.find_first_not_of(understood);
    if (other != letters.npos || text.find('\0') != text.npos)
        throw Error(ExitCode::usage, "--time-format: '{}' has a % that is not one of {}", text, understood);
    format.unit_ = TimeUnit::text;
    format.pattern_ = text;
    return format;
}

std::optional<Timestamp> TimeFormat::read(std::string_view text) const
{
    if (automatic()) return parse_time(text);
    return unit_ == TimeUnit::text ? read_pattern(text) : parse_time(text, unit_);
}

std::optional<Timestamp> TimeFormat::read_pattern(std::string_view text) const
{
    Match match{.text = std::string(text), .pattern = pattern_};
    std::string digits, zone;
    if (!cut(match, 'f', is_digit, digits) || !cut(match, 'Z', is_letter, zone)) return std::nullopt;
    if (!zone.empty() && zone != "UTC" && zone != "GMT" && zone != "Z" && zone != "z") return std::nullopt;
    std::tm parts{};
    parts.tm_mday = 1;
    const char* end = strptime(match.text.c_str(), match.pattern.c_str(), &parts);
    if (!end || end != match.text.c_str() + match.text.size()) return std::nullopt;
    const auto time = time_of(parts);
    if (!time) return std::nullopt;
    const auto inside = in_range_of_times(*time + fraction(digits));
    if (!inside) return std::nullopt;
    return Timestamp{*inside, *inside == 0 ? TimeUnit::unknown : TimeUnit::text};
}

}  // namespace alster
