#include "data/ingest/timestamp.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

namespace alster {

namespace {

constexpr Milliseconds last_time = 1000 * static_cast<Milliseconds>(std::numeric_limits<std::uint32_t>::max());

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

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Basic dates have no separator, "20260131".
std::optional<Milliseconds> take_date(std::string_view& text)
{
    int year = 0, month = 0, day = 0;
    if (!take_number(text, 4, year)) return std::nullopt;
    const char separator = text.starts_with('-') || text.starts_with('/') ? text.front() : '\0';
    const auto take_separator = [&] { return separator == '\0' || take(text, separator); };
    if (!take_separator() || !take_number(text, 2, month) || !take_separator() || !take_number(text, 2, day))
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok()) return std::nullopt;
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::sys_days(date).time_since_epoch())
        .count();
}

/// hh:mm[:ss[.fraction]] or hhmm[ss[.fraction]]
std::optional<Milliseconds> take_clock(std::string_view& text)
{
    int hour = 0, minute = 0, second = 0;
    if (!take_number(text, 2, hour)) return std::nullopt;
    const bool colons = take(text, ':');
    if (!take_number(text, 2, minute)) return std::nullopt;
    const bool seconds = colons ? take(text, ':') : !text.empty() && is_digit(text.front());
    if (seconds && !take_number(text, 2, second)) return std::nullopt;
    if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
    Milliseconds time = ((hour * 60 + minute) * 60 + second) * Milliseconds{1000};
    if (!seconds || text.size() < 2 || (text[0] != '.' && text[0] != ',') || !is_digit(text[1])) return time;
    text.remove_prefix(1);
    for (Milliseconds unit = 100; !text.empty() && is_digit(text.front()); unit /= 10) {
        time += unit * (text.front() - '0');
        text.remove_prefix(1);
    }
    return time;
}

bool take_utc(std::string_view& text)
{
    for (const std::string_view name : {"UTC", "GMT", "Z", "z"})
        if (text.starts_with(name)) {
            text.remove_prefix(name.size());
            return true;
        }
    return false;
}

/// Z, UTC, +hh, +hh:mm, -hhmm, each also behind a blank, or nothing: what to subtract to get UTC.
std::optional<Milliseconds> take_zone(std::string_view& text)
{
    if (text.empty()) return 0;
    take(text, ' ');
    if (take_utc(text)) return 0;
    const bool east = text.starts_with('+');
    if (!take(text, '+') && !take(text, '-')) return std::nullopt;
    int hour = 0, minute = 0;
    if (!take_number(text, 2, hour)) return std::nullopt;
    take(text, ':');
    if (!text.empty() && !take_number(text, 2, minute)) return std::nullopt;
    if (hour > 18 || minute > 59) return std::nullopt;
    const Milliseconds offset = (hour * 60 + minute) * Milliseconds{60000};
    return east ? offset : -offset;
}

std::optional<Milliseconds> parse_iso(std::string_view text)
{
    const auto date = take_date(text);
    if (!date) return std::nullopt;
    if (text.empty()) return in_range_of_times(*date);
    if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
    const auto clock = take_clock(text);
    if (!clock) return std::nullopt;
    const auto zone = take_zone(text);
    if (!zone || !text.empty()) return std::nullopt;
    return in_range_of_times(*date + *clock - *zone);
}

/// yyyymmdd, and behind it HHMM, HHMMSS or HHMMSSmmm.
std::optional<Milliseconds> parse_digits(std::string_view digits)
{
    const auto date = take_date(digits);
    if (!date) return std::nullopt;
    if (digits.empty()) return in_range_of_times(*date);
    int millis = 0;
    if (digits.size() == 9) {
        std::string_view last = digits.substr(6);
        if (!take_number(last, 3, millis)) return std::nullopt;
        digits.remove_suffix(3);
    }
    const auto clock = take_clock(digits);
    if (!clock || !digits.empty()) return std::nullopt;
    return in_range_of_times(*date + *clock + millis);
}

/// Whether a whole number has the length of a date and begins with its century. As Unix times, such numbers would all
/// lie in the seventies of the last one.
bool has_digits_of_date(std::string_view text)
{
    const auto size = text.size();
    if (size != 8 && size != 12 && size != 14 && size != 17) return false;
    return text.starts_with("19") || text.starts_with("20") || text.starts_with("210");
}

/// The unit of a number, in which it lies between 1970 (1973 for the finer ones) and 2106.
TimeUnit unit_of(double number)
{
    if (number <= 1e11) return TimeUnit::seconds;
    if (number < 1e14) return TimeUnit::milliseconds;
    return number < 1e17 ? TimeUnit::microseconds : TimeUnit::nanoseconds;
}

/// Between 1970 and 2106, counted in 100 ns from the year 1601 or 1.
bool lies_in_ticks(double number)
{
    constexpr double to_1970_from_1601 = 116'444'736e9, to_1970_from_1 = 621'355'968e9;
    constexpr double most = 1e4 * static_cast<double>(last_time);
    const auto within = [&](double first) { return number >= first && number <= first + most; };
    return within(to_1970_from_1601) || within(to_1970_from_1);
}

/// Of a whole number. Dividing is exact and cannot overflow.
std::optional<Milliseconds> milliseconds(std::int64_t number, TimeUnit unit)
{
    if (number < 0) return std::nullopt;
    if (unit == TimeUnit::microseconds) return in_range_of_times(number / 1000);
    if (unit == TimeUnit::nanoseconds) return in_range_of_times(number / 1'000'000);
    if (number > last_time) return std::nullopt;
    return in_range_of_times(unit == TimeUnit::seconds ? number * 1000 : number);
}

std::optional<Milliseconds> milliseconds(double number, TimeUnit unit)
{
    constexpr std::array<double, time_units> factors = {0, 1e3, 1, 1e-3, 1e-6, 0, 0};
    const double time = number * factors[static_cast<std::size_t>(unit)];
    if (!(time >= 0 && time <= static_cast<double>(last_time))) return std::nullopt;
    return in_range_of_times(std::llround(time));
}

std::optional<Timestamp> stamped(std::optional<Milliseconds> time, TimeUnit unit)
{
    if (!time) return std::nullopt;
    return Timestamp{*time, *time == 0 ? TimeUnit::unknown : unit};
}

template <class Number>
bool read_number(std::string_view text, Number& number)
{
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    return status == std::errc() && end == text.data() + text.size();
}

/// `number` is what the digits mean.
std::optional<Timestamp> parse_whole(std::string_view digits, std::int64_t number)
{
    if (has_digits_of_date(digits)) return stamped(parse_digits(digits), TimeUnit::digits_of_date);
    const TimeUnit unit = unit_of(static_cast<double>(number));
    if (lies_in_ticks(static_cast<double>(number))) return std::nullopt;
    return stamped(milliseconds(number, unit), unit);
}

}  // namespace

bool is_ticks(std::string_view text)
{
    double number = 0;
    return read_number(text, number) && lies_in_ticks(number);
}

std::optional<Milliseconds> in_range_of_times(Milliseconds time)
{
    if (time < 0 || time > last_time) return std::nullopt;
    return time;
}

std::optional<Timestamp> parse_time(std::string_view text)
{
    std::int64_t whole = 0;
    double number = 0;
    if (read_number(text, whole)) return parse_whole(text, whole);
    if (!read_number(text, number)) return stamped(parse_iso(text), TimeUnit::text);
    // 20210305.0 and 2.0210305E7 are what others make of whole numbers in a column with gaps
    constexpr double exact_below = 0x1p53;
    if (number == std::floor(number) && std::abs(number) < exact_below) {
        whole = static_cast<std::int64_t>(number);
        return parse_whole(fmt::format("{}", whole), whole);
    }
    if (lies_in_ticks(number)) return std::nullopt;
    const TimeUnit unit = unit_of(number);
    return stamped(milliseconds(number, unit), unit);
}

std::optional<Timestamp> parse_time(std::string_view text, TimeUnit unit)
{
    std::int64_t whole = 0;
    double number = 0;
    if (read_number(text, whole)) return stamped(milliseconds(whole, unit), unit);
    if (!read_number(text, number)) return std::nullopt;
    return stamped(milliseconds(number, unit), unit);
}

}  // namespace alster
