#include "data/ingest/timestamp.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

namespace alster {

namespace {

constexpr double first_millisecond_value = 1e11;  // as seconds this would be the year 5138
constexpr Milliseconds last_time = 1000 * static_cast<Milliseconds>(std::numeric_limits<std::uint32_t>::max());

std::optional<Milliseconds> in_range(Milliseconds time)
{
    if (time < 0 || time > last_time) return std::nullopt;
    return time;
}

/// Takes exactly `digits` digits off the front.
bool take_number(std::string_view& text, std::size_t digits, int& number)
{
    if (text.size() < digits) return false;
    const auto [end, status] = std::from_chars(text.data(), text.data() + digits, number);
    if (status != std::errc() || end != text.data() + digits || text.front() == '-') return false;
    text.remove_prefix(digits);
    return true;
}

bool take(std::string_view& text, char expected)
{
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<Milliseconds> take_date(std::string_view& text)
{
    int year = 0, month = 0, day = 0;
    if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) || !take(text, '-') ||
        !take_number(text, 2, day))
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::sys_days(date).time_since_epoch())
        .count();
}

/// hh:mm[:ss[.fraction]]
std::optional<Milliseconds> take_clock(std::string_view& text)
{
    int hour = 0, minute = 0, second = 0;
    if (!take_number(text, 2, hour) || !take(text, ':') || !take_number(text, 2, minute)) return std::nullopt;
    if (take(text, ':') && !take_number(text, 2, second)) return std::nullopt;
    if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
    Milliseconds time = ((hour * 60 + minute) * 60 + second) * Milliseconds{1000};
    if (!take(text, '.')) return time;
    for (Milliseconds unit = 100; !text.empty() && text.front() >= '0' && text.front() <= '9'; unit /= 10) {
        time += unit * (text.front() - '0');
        text.remove_prefix(1);
    }
    return time;
}

/// Z, +hh:mm, -hhmm or nothing: what to subtract to get UTC.
std::optional<Milliseconds> take_zone(std::string_view& text)
{
    if (text.empty() || take(text, 'Z')) return 0;
    const bool east = text.front() == '+';
    if (!take(text, '+') && !take(text, '-')) return std::nullopt;
    int hour = 0, minute = 0;
    if (!take_number(text, 2, hour)) return std::nullopt;
    take(text, ':');
    if (!text.empty() && !take_number(text, 2, minute)) return std::nullopt;
    const Milliseconds offset = (hour * 60 + minute) * Milliseconds{60000};
    return east ? offset : -offset;
}

std::optional<Milliseconds> parse_iso(std::string_view text)
{
    const auto date = take_date(text);
    if (!date) return std::nullopt;
    if (text.empty()) return in_range(*date);
    if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
    const auto clock = take_clock(text);
    if (!clock) return std::nullopt;
    const auto zone = take_zone(text);
    if (!zone || !text.empty()) return std::nullopt;
    return in_range(*date + *clock - *zone);
}

}  // namespace

std::optional<Milliseconds> parse_time(std::string_view text)
{
    const char* last = text.data() + text.size();
    std::int64_t whole = 0;
    if (const auto [end, status] = std::from_chars(text.data(), last, whole); status == std::errc() && end == last) {
        if (whole < 0) return std::nullopt;
        return in_range(static_cast<double>(whole) > first_millisecond_value ? whole : whole * 1000);
    }
    double number = 0;
    if (const auto [end, status] = std::from_chars(text.data(), last, number); status == std::errc() && end == last) {
        if (!(number >= 0 && number <= static_cast<double>(last_time))) return std::nullopt;
        return in_range(std::llround(number > first_millisecond_value ? number : number * 1000));
    }
    return parse_iso(text);
}

}  // namespace alster
